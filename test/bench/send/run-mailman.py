"""run-mailman.py CONFIG MESSAGE SUBSCRIBERS: makes a list with that many members and has Mailman 3 deliver a message to each
by itself, with the member's name in To and VERP. Prints what the delivery took, as JSON."""

import json
import resource
import sys
import time
from email import message_from_bytes
from pathlib import Path

from mailman.core.initialize import initialize

config, message, subscribers = sys.argv[1:]
initialize(config)

# These read the configuration when they are imported.
from mailman.app.lifecycle import create_list
from mailman.database.transaction import transaction
from mailman.email.message import Message
from mailman.interfaces.domain import IDomainManager
from mailman.interfaces.mailinglist import Personalization
from mailman.interfaces.usermanager import IUserManager
from mailman.mta.deliver import deliver
from zope.component import getUtility

people = [f"person.{n}@bench.example" for n in range(int(subscribers))]
with transaction():
    getUtility(IDomainManager).add("bench.example")
    papers = create_list("papers@bench.example", ["owner@bench.example"])
    papers.personalize = Personalization.full
    for address in people:
        papers.subscribe(getUtility(IUserManager).create_address(address, "A Reader"))


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


email = message_from_bytes(Path(message).read_bytes(), Message)
since, cpu = time.monotonic(), cpu_seconds()
deliver(papers, email, {"recipients": people, "to_list": True})
print(
    json.dumps(
        {
            "seconds": time.monotonic() - since,
            "cpuSeconds": cpu_seconds() - cpu,
            "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
)
