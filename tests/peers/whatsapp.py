"""A bridge to WhatsApp, played on a real Synapse by its application service.

It does in its rooms what mautrix-whatsapp 26.08 does (its connector and the `bridgev2` of mautrix-go were read, and the
shapes and words of its events checked there): portal rooms with `m.bridge` state and WhatsApp's power levels, puppets, a
room in which its user commands it and is told how the login fares, placeholders and edits that take their place.
"""

import itertools
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.peers.synapse import SERVER, Synapse

BOT = f"@whatsappbot:{SERVER}"
ADMIN, SUPERADMIN, NOBODY = 50, 75, 99
FORWARDED_HTML = "<p data-mx-forwarded-notice><em>↷ Forwarded</em></p>"
WAITING = (
    "Decrypting message from WhatsApp failed, waiting for sender to re-send... "
    "(learn more: https://faq.whatsapp.com/general/security-and-privacy/seeing-waiting-for-this-message-this-may-take-a-while)"
)
VIEW_ONCE = "You received a view once message. For added privacy, you can only open it on the WhatsApp app."


@dataclass
class Bridge:
    """The bridge and its one login: `owner` is the Matrix user who scanned the QR code."""

    synapse: Synapse
    owner: str
    login: str = "923009999999"
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    # -- rooms

    def portal(
        self, title: str, *puppets: str, admins: dict[str, int] | None = None, owner_level: int = ADMIN
    ) -> str:
        """A WhatsApp group's room: the owner is invited, the puppets are in."""
        info = {
            "bridgebot": BOT,
            "creator": BOT,
            "protocol": {"id": "whatsapp", "displayname": "WhatsApp", "external_url": "https://whatsapp.com"},
            "channel": {"id": "120363000000000000@g.us", "displayname": title},
            "com.beeper.room_type.v2": "group_chat",
        }
        state = [
            {"type": kind, "state_key": f"{SERVER}/whatsapp", "content": info}
            for kind in ("uk.half-shot.bridge", "m.bridge")
        ]
        levels = {
            "users": {BOT: 9001, self.owner: owner_level, **(admins or {})},
            "events_default": 0,
            "state_default": NOBODY,
            "ban": NOBODY,
            "invite": 0,
            "events": {
                "m.room.name": 0,
                "m.room.avatar": 0,
                "m.room.topic": 0,
                "m.reaction": 0,
                "m.room.redaction": 0,
            },
        }
        wanted = {
            "preset": "private_chat",
            "name": title,
            "room_version": "11",
            "initial_state": state,
            "power_level_content_override": levels,
            "invite": [self.owner, *puppets],
        }
        room = str(self._call(BOT, "POST", "/createRoom", wanted)["room_id"])
        for puppet in puppets:
            self._call(puppet, "POST", f"/join/{quote(room)}", {})
        return room

    def puppet(self, number: str, name: str) -> str:
        """A WhatsApp user as the bridge shows him."""
        return self.synapse.make_puppet(f"whatsapp_{number}", f"{name} (WA)")

    def set_level(self, room: str, user: str, level: int) -> None:
        """`!wa set-pl`."""
        path = f"/rooms/{quote(room)}/state/m.room.power_levels"
        levels = self._call(BOT, "GET", path)
        levels["users"][user] = level
        self._call(BOT, "PUT", path, levels)

    def command_room(self) -> str:
        """The owner's private chat with the bridge bot, made by the bot."""
        wanted = {
            "preset": "trusted_private_chat",
            "is_direct": True,
            "invite": [self.owner],
            "room_version": "11",
        }
        return str(self._call(BOT, "POST", "/createRoom", wanted)["room_id"])

    # -- what members do on WhatsApp

    def say(self, room: str, puppet: str, text: str, *, at_ms: int | None = None, **more: Any) -> str:
        """A text; `at_ms` is when it was said on WhatsApp."""
        return self._send(room, puppet, {"msgtype": "m.text", "body": text, "m.mentions": {}, **more}, at_ms)

    def forward(self, room: str, puppet: str, text: str) -> str:
        """A forwarded text."""
        marked = {"body": f"↷ Forwarded\n\n{text}", "format": "org.matrix.custom.html"}
        return self._send(
            room, puppet, {"msgtype": "m.text", **marked, "formatted_body": f"{FORWARDED_HTML}{text}"}
        )

    def forward_picture(self, room: str, puppet: str) -> str:
        """A forwarded picture without a caption."""
        content = {
            "msgtype": "m.image",
            "body": "↷ Forwarded",
            "filename": "image.jpg",
            "format": "org.matrix.custom.html",
            "formatted_body": FORWARDED_HTML,
            "url": f"mxc://{SERVER}/nothing",
        }
        return self._send(room, puppet, content)

    def edit(self, room: str, puppet: str, message: str, content: dict[str, Any]) -> str:
        """The next content of a message."""
        relates = {"rel_type": "m.replace", "event_id": message}
        shown = {**content, "body": f"* {content['body']}"}
        return self._send(
            room,
            puppet,
            {
                **shown,
                "m.new_content": content,
                "m.relates_to": relates,
                "com.beeper.dont_render_edited": True,
            },
        )

    def placeholder(self, room: str, puppet: str, text: str) -> str:
        """A message that the bridge has not got."""
        content = {"msgtype": "m.notice", "body": text, "fi.mau.whatsapp.undecryptable": True}
        return self._send(room, puppet, content)

    def notice(self, room: str, puppet: str, text: str, **more: Any) -> str:
        """What the bridge says in a member's name."""
        return self._send(room, puppet, {"msgtype": "m.notice", "body": text, **more})

    def delete(self, room: str, puppet: str, message: str) -> None:
        """ "Delete for everyone"."""
        path = f"/rooms/{quote(room)}/redact/{quote(message)}/{next(self._numbers)}"
        self._call(puppet, "PUT", path, {})

    # -- what the bridge says itself

    def speaks(self, room: str, text: str, **more: Any) -> str:
        """The bridge bot's own words."""
        return self._send(room, BOT, {"msgtype": "m.notice", "body": text, **more})

    def relay(self, room: str, name: str, text: str) -> str:
        """Somebody from elsewhere, for whom the bridge bot speaks: his name in front, and marked as such."""
        html = f"<strong data-mx-profile-fallback>{name}: </strong>{text}"
        profile = {"id": "k1", "displayname": name, "has_fallback": True}
        content = {"format": "org.matrix.custom.html", "formatted_body": html}
        content |= {"msgtype": "m.text", "body": f"{name}: {text}"}
        return self._send(room, BOT, {**content, "com.beeper.per_message_profile": profile})

    def not_sent(self, room: str, message: str) -> str:
        """A Matrix message that did not get to WhatsApp."""
        relates = {"m.in_reply_to": {"event_id": message}}
        text = "\u26a0\ufe0f Your message was not bridged: you're not logged in"
        return self.speaks(room, text, **{"m.relates_to": relates})

    def fares(self, room: str, event: str, at_ms: int, error: str = "", action: str = "") -> str:
        """How the login fares, said in the owner's private chat: errors as text, the rest as a notice."""
        state = {
            "state_event": event,
            "timestamp": at_ms // 1000,
            "ttl": 21600,
            "source": "bridge",
            "user_id": self.owner,
            "remote_id": self.login,
            "remote_name": f"+{self.login}",
        }
        state |= {"error": error} if error else {}
        state |= {"user_action": action} if action else {}
        body = f"State update for +{self.login}: `{event}`" + (f" (`{error}`)" if error else "")
        kind = "m.notice" if event == "CONNECTED" else "m.text"
        return self._send(room, BOT, {"msgtype": kind, "body": body, "fi.mau.bridge_state": state}, at_ms)

    # -- how

    def _send(self, room: str, user: str, content: dict[str, Any], at_ms: int | None = None) -> str:
        when = f"?ts={at_ms}" if at_ms is not None else ""
        path = f"/rooms/{quote(room)}/send/m.room.message/{id(self)}-{next(self._numbers)}{when}"
        return str(self._call(user, "PUT", path, content)["event_id"])

    def _call(self, user: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return self.synapse.as_puppet(user, method, path, body)
