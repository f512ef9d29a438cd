"""Reads lines of base64, each one mail; answers with a line of JSON for each: its fields and what is wrong with it."""
import base64, email, email.policy, json, sys

policy = email.policy.strict.clone(raise_on_defect=True)
for line in sys.stdin:
    raw = base64.b64decode(line)
    try:
        mail = email.message_from_bytes(raw, policy=policy)
        fields = [[name, str(value)] for name, value in mail.items()]
        defects = [str(d) for name, value in mail.items() for d in getattr(value, "defects", ())]
        parts = [[p.get_content_type(), p.get_content()] for p in mail.walk() if not p.is_multipart()]
        senders = [[a.display_name, a.addr_spec] for a in mail["from"].addresses]
        answer = {"fields": fields, "from": senders, "defects": defects, "parts": parts}
    except Exception as error:
        answer = {"fields": [], "from": [], "defects": [repr(error)], "parts": []}
    print(json.dumps(answer), flush=True)
