"""What is counted for Prometheus: numbers and clause ids, no room, no member, no text."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

EVENTS_HANDLED = Counter("para6_events_handled", "Events handled", ["kind"], registry=REGISTRY)
EVENTS_UNJUDGED = Counter(
    "para6_events_unjudged", "Messages that could not be judged", ["reason"], registry=REGISTRY
)
MESSAGES_JUDGED = Counter("para6_messages_judged", "Messages judged", ["verdict"], registry=REGISTRY)
FINDINGS = Counter("para6_findings", "Findings", ["clause", "action"], registry=REGISTRY)
ORDERS_SENT = Counter("para6_orders_sent", "Orders delivered", ["platform", "kind"], registry=REGISTRY)
ORDERS_FAILED = Counter("para6_orders_failed", "Orders given up", ["platform", "kind"], registry=REGISTRY)
FILES_READ = Counter("para6_files_read", "Files read, or why not", ["outcome"], registry=REGISTRY)
FILES_DEPTH = Gauge("para6_files_depth", "Files that wait to be read", registry=REGISTRY)
INBOX_DEPTH = Gauge("para6_inbox_depth", "Events that wait to be handled", registry=REGISTRY)
OUTBOX_DEPTH = Gauge("para6_outbox_depth", "Orders that wait to be sent", registry=REGISTRY)
RECEIVING = Gauge("para6_receiving", "1 while a platform delivers events", ["platform"], registry=REGISTRY)
JUDGE_SECONDS = Histogram(
    "para6_judge_seconds",
    "Time to judge a message",
    buckets=(0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1.0),
    registry=REGISTRY,
)
SEND_SECONDS = Histogram(
    "para6_delay_seconds",
    "From an order's making to its delivery",
    ["kind"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30, 300),
    registry=REGISTRY,
)
