"""An exported chat judged as a whole: recognised, read as a stream, judged, and told in files (`para6 audit`)."""
