"""How the transcript looks: one column, from 360 px, by day and by night."""

STYLE = """
:root{color-scheme:light dark;--ink:#1b1b1b;--back:#fff;--soft:#5a5a5a;--line:#d5d5d5;--card:#f6f6f4;--warn:#9c1c1c;--note:#7a5200;--mark:#ffe08a;--link:#0b57a4}
@media(prefers-color-scheme:dark){:root{--ink:#ececec;--back:#151515;--soft:#b0b0b0;--line:#3a3a3a;--card:#202020;--warn:#ff9d9d;--note:#f0c36b;--mark:#6b5200;--link:#8cc2ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,"Noto Sans",sans-serif}
main{max-width:46rem;margin:0 auto;padding:1rem .75rem}
h1{font-size:1.35rem;line-height:1.3;overflow-wrap:anywhere}
a{color:var(--link)}
nav{line-height:2;overflow-wrap:anywhere}nav p{margin:0}
ol{padding-inline-start:2.2rem;max-height:40vh;overflow:auto}
article{background:var(--card);border:1px solid var(--line);border-inline-start:4px solid var(--line);border-radius:.4rem;padding:.5rem .65rem;margin:.5rem 0;content-visibility:auto;contain-intrinsic-size:auto 5rem}
article.warn{border-inline-start-color:var(--warn)}article.note{border-inline-start-color:var(--note)}
article.unparsed{border-style:dashed}article:target{outline:3px solid var(--link)}
article p{margin:.25rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
[lang=ur]{font-family:"Noto Nastaliq Urdu","Noto Naskh Arabic","Jameel Noori Nastaleeq",serif;line-height:2.1;text-align:right}
header{overflow-wrap:anywhere}time,small,.system{color:var(--soft);font-size:.9rem}
.system{text-align:center;margin:.5rem 0;overflow-wrap:anywhere}
.tag{display:inline-block;border:1px solid var(--line);border-radius:.4rem;padding:0 .4rem;margin:.1rem .25rem .1rem 0;font-size:.9rem;overflow-wrap:anywhere;max-width:100%}
mark{background:var(--mark);color:inherit}
.found{margin:.4rem 0 0;padding-inline-start:1.2rem;font-size:.92rem}.warn .found b,li.warn{color:var(--warn)}.note .found b,li.note{color:var(--note)}
@media print{ol{max-height:none}article{break-inside:avoid;content-visibility:visible}}
"""
