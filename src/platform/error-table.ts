interface ErrorEntry {
  /** HTTP status. */
  status: number
  /** Exit code of a command: 1 failed, 2 wrong use. */
  exit: 1 | 2
  /** For the operator: value, place, allowed range. {names} are filled from the fault's values. */
  operator: string
  /** For the person: calm, says what to do next. */
  person: string
}

/** Every error code there is. A code never changes its meaning; messages may. */
export const errorTable = {
  unexpected: {
    status: 500,
    exit: 1,
    operator: 'Unexpected: {what}',
    person: 'Something broke on our side, and nothing was changed. Please try again in a few minutes.',
  },
  'usage.wrong': {
    status: 400,
    exit: 2,
    operator: '{what}',
    person: '{what}',
  },
  'page.not-found': {
    status: 404,
    exit: 1,
    operator: 'No page at this path.',
    person: 'There is no page here. The newest papers are on the front page.',
  },
  'request.too-large': {
    status: 413,
    exit: 1,
    operator: 'Request body above {limit} bytes.',
    person: 'That is more than this form takes. Send less text and try again.',
  },
  'request.unreadable': {
    status: 400,
    exit: 1,
    operator: 'The request could not be read: {what}',
    person: 'We could not read what was sent. Go back and try once more.',
  },
  'rate.too-many': {
    status: 429,
    exit: 1,
    operator: 'Rate limit {limit} reached; next try in {seconds} s.',
    person: 'Too many tries. Wait {wait}, then try again.',
  },
  'config.invalid': {
    status: 500,
    exit: 2,
    operator: 'The settings have {count} fault(s):\n{list}',
    person: 'The service is not set up yet.',
  },
  'database.unreachable': {
    status: 503,
    exit: 1,
    operator: 'The database does not answer: {what}',
    person: 'We cannot reach our records right now. Nothing was changed; please try again in a few minutes.',
  },
  'database.migration-failed': {
    status: 503,
    exit: 1,
    operator:
      'Migration {name} failed before. Repair the database, then set rolled_back_at in its row of _prisma_migrations.',
    person: 'We cannot reach our records right now. Please try again in a few minutes.',
  },
  'database.behind': {
    status: 503,
    exit: 1,
    operator:
      'The database lacks {count} migration(s), the first is {name}. Run: npm run -s cli -- db migrate',
    person: 'We are being updated. Please try again in a few minutes.',
  },
  'zone.unknown': {
    status: 422,
    exit: 2,
    operator: 'Unknown time zone "{zone}": use a name such as Europe/Paris, or UTC.',
    person: 'We do not know the time zone “{zone}”. Use a name such as Europe/Paris, or UTC.',
  },
  'date.invalid': {
    status: 404,
    exit: 2,
    operator: '"{date}" is no date: use YYYY-MM-DD.',
    person: '“{date}” is not a date. A day looks like 2026-11-24.',
  },
  'address.empty': {
    status: 422,
    exit: 2,
    operator: 'No e-mail address given.',
    person: 'Enter your e-mail address.',
  },
  'address.malformed': {
    status: 422,
    exit: 2,
    operator: 'Not an e-mail address: takes one of the form name@example.com.',
    person: 'Enter one e-mail address in the form name@example.com.',
  },
  'address.several': {
    status: 422,
    exit: 2,
    operator: 'More than one e-mail address: takes one of the form name@example.com.',
    person: 'Enter one e-mail address, not several, in the form name@example.com.',
  },
  'address.not-ascii': {
    status: 422,
    exit: 2,
    operator: 'The part before the @ holds letters beyond a-z, which many mail servers refuse.',
    person:
      'We cannot write to addresses with accents or other scripts before the @. Enter another address of yours.',
  },
  'address.too-long': {
    status: 422,
    exit: 2,
    operator: 'The address is too long: at most {longest} characters, and {longestLocal} before the @.',
    person: 'No e-mail address is that long. Enter one in the form name@example.com.',
  },
  'address.taken': {
    status: 409,
    exit: 1,
    operator: 'Another subscriber has the new address.',
    person: 'That address already has a subscription.',
  },
  'link.unknown': {
    status: 404,
    exit: 1,
    operator: 'No link of ours: forged, cut off, or signed with a secret that is gone.',
    person: 'We do not know this link. Open it again from the mail, whole, or subscribe from the front page.',
  },
  'link.wrong-purpose': {
    status: 404,
    exit: 1,
    operator: 'A link for {found} was used for {purpose}.',
    person: 'We do not know this link. Open it again from the mail, whole, or subscribe from the front page.',
  },
  'link.lower-case': {
    status: 404,
    exit: 1,
    operator: 'A link whose capital letters were lost on the way.',
    person:
      'This link has lost its capital letters: a program on the way changed it. Copy the address out of the mail by hand, or subscribe from the front page.',
  },
  'link.expired': {
    status: 410,
    exit: 1,
    operator: 'The link ended on {ended}.',
    person: 'This link ended on {ended}. Nothing was changed; you can subscribe again on the front page.',
  },
  'signup.closed': {
    status: 403,
    exit: 1,
    operator: 'SIGNUP is closed: only the operator adds subscribers.',
    person: 'New subscriptions are closed here. The papers of each day stand on the site for everybody.',
  },
  'signup.domain': {
    status: 422,
    exit: 1,
    operator: 'SIGNUP_DOMAINS does not hold the domain of this address.',
    person: 'Subscriptions are open to addresses at {domains} only. Enter such an address.',
  },
  'topics.too-many': {
    status: 422,
    exit: 2,
    operator: '{count} topics: at most {most}.',
    person: 'That is {count} topics, and we take {most} at most. Leave some out, or join them with OR.',
  },
  'topic.unknown': {
    status: 404,
    exit: 1,
    operator: 'The subscriber has no topic "{query}".',
    person: 'There is no topic “{query}”.',
  },
  'setting.hour': {
    status: 422,
    exit: 2,
    operator: 'hour "{value}": takes a whole number from 0 to 23.',
    person: 'Choose an hour from 0 to 23.',
  },
  'setting.days': {
    status: 422,
    exit: 2,
    operator: 'days "{value}": takes {allowed}.',
    person: '“{value}” is not a day of the week. Choose among {allowed}.',
  },
  'setting.max': {
    status: 422,
    exit: 2,
    operator: 'max "{value}": takes a whole number from 1 to {most}.',
    person: 'Choose how many papers a mail holds at most, from 1 to {most}.',
  },
  'setting.format': {
    status: 422,
    exit: 2,
    operator: 'format "{value}": takes html or text.',
    person: 'Choose html or text.',
  },
  'setting.until': {
    status: 422,
    exit: 2,
    operator: 'until {value}: takes a date after {today}.',
    person: 'Choose a date after {today}.',
  },
  'subscriber.unknown': {
    status: 404,
    exit: 1,
    operator: 'No subscriber has this address.',
    person: 'Nobody is subscribed with this address.',
  },
  'subscriber.suppressed': {
    status: 409,
    exit: 1,
    operator: 'The address is suppressed ({reason}, since {since}): see subscribers unsuppress.',
    person:
      'We cannot write to this address at present. If it is yours and works, please write to the people who run this site.',
  },
  'subscriber.state': {
    status: 409,
    exit: 1,
    operator: 'The subscriber is {state}: this takes one who is {needed}.',
    person: 'That cannot be done now, and nothing was changed.',
  },
  'source.unknown': {
    status: 404,
    exit: 2,
    operator: 'Unknown source "{source}": takes {known}.',
    person: 'We do not know the source “{source}”.',
  },
  'source.unreachable': {
    status: 503,
    exit: 1,
    operator: '{source} did not answer for {day}: {what}',
    person: 'We could not get the papers of {day} yet. We keep trying; look again in an hour.',
  },
  'source.failing': {
    status: 503,
    exit: 1,
    operator: '{source} answered {status} for {day}.',
    person: 'We could not get the papers of {day} yet. We keep trying; look again in an hour.',
  },
  'source.rate-limited': {
    status: 503,
    exit: 1,
    operator: '{source} answered 429 for {day}: next try in {seconds} s.',
    person: 'We could not get the papers of {day} yet. We keep trying; look again in an hour.',
  },
  'source.not-json': {
    status: 503,
    exit: 1,
    operator: '{source} answered {status} for {day} with something else than a list in JSON ({type}).',
    person: 'We could not get the papers of {day} yet. We keep trying; look again in an hour.',
  },
  'source.refused-date': {
    status: 502,
    exit: 1,
    operator: '{source} refuses the date {day} ({status}): takes days up to today (UTC).',
    person: 'There are no papers for {day}. Choose a day up to today.',
  },
  'source.refused': {
    status: 502,
    exit: 1,
    operator: '{source} refuses the request for {day} ({status}): check its address in the settings.',
    person: 'We could not get the papers of {day} yet. We keep trying; look again in an hour.',
  },
  'source.unreadable': {
    status: 503,
    exit: 1,
    operator: 'None of the {count} entries of {source} for {day} can be read. The first: {why}',
    person: 'We could not get the papers of {day} yet. We keep trying; look again in an hour.',
  },
  'import.no-file': {
    status: 400,
    exit: 2,
    operator: 'Cannot read the file "{file}": takes the path of a JSON file.',
    person: 'We could not read the file “{file}”.',
  },
  'import.not-a-list': {
    status: 400,
    exit: 2,
    operator: 'No list of papers: takes the API\'s JSON for a day, or [{"title": …, "summary": …}, …].',
    person: 'We could not read this as a list of papers.',
  },
  'import.nothing-readable': {
    status: 400,
    exit: 1,
    operator: 'None of the {count} entries can be read. The first: {why}',
    person: 'We could not read any paper in this list.',
  },
  'message.without-content': {
    status: 500,
    exit: 1,
    operator: 'Message {id} says nothing that a mail could be made of.',
    person: 'We could not write this mail. Please tell whoever runs this site.',
  },
  'message.unknown': {
    status: 404,
    exit: 1,
    operator: 'There is no message "{id}": messages list shows their ids.',
    person: 'There is no such message.',
  },
  'message.cannot-retry': {
    status: 409,
    exit: 1,
    operator:
      'Message {id} is {state} and may be tried until {deadline}: only one that was refused, given up or skipped, is uncertain or waits can be tried again, and only until then.',
    person: 'This message cannot be tried again.',
  },
  'message.bad-address': {
    status: 500,
    exit: 1,
    operator: 'Message {id}: its address is not one plain address, so no mail was built.',
    person: 'That mail cannot be built for this address.',
  },
  'dkim.cannot-sign': {
    status: 500,
    exit: 2,
    operator:
      'DKIM_KEY_FILE: {why}. It takes an RSA private key of 1024 bits or more in PEM, for example from: openssl genrsa 2048',
    person: 'No mail can go out until the service is set up anew.',
  },
  'paper.unknown': {
    status: 404,
    exit: 1,
    operator: 'No paper "{name}": takes an arXiv id such as 2507.06457, doi:… or our number.',
    person: 'We do not have the paper “{name}”.',
  },
  'query.empty': {
    status: 422,
    exit: 2,
    operator: 'The query holds no word.',
    person: 'Type a word or two to look for.',
  },
  'query.only-stop-words': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}": nearly every paper holds these words. It takes at least one that says more.',
    person: 'Nearly every paper holds the words “{query}”. Add one that says more.',
  },
  'query.only-not': {
    status: 422,
    exit: 2,
    operator:
      'Query "{query}", column {column}: a paper could match without a word of the query in it. Each side of OR takes a word without NOT.',
    person:
      '“{query}” says at column {column} only what a paper must not hold. Add a word that it must hold.',
  },
  'query.bracket-open': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}", column {column}: ( is never closed.',
    person:
      'We could not read “{query}”: the bracket at column {column} is never closed. Add the missing ) or take the bracket out.',
  },
  'query.bracket-stray': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}", column {column}: ) closes nothing.',
    person:
      'We could not read “{query}”: the bracket at column {column} closes nothing. Take it out, or open one before it.',
  },
  'query.quote-open': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}", column {column}: the quote is never closed.',
    person:
      'We could not read “{query}”: the quote at column {column} is never closed. Add the missing quote or take this one out.',
  },
  'query.word-missing': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}", column {column}: a word is missing {where}.',
    person: 'We could not read “{query}”: a word is missing {where}, at column {column}. Add it there.',
  },
  'query.unknown-field': {
    status: 422,
    exit: 2,
    operator:
      'Query "{query}", column {column}: unknown field "{field}:". Takes title: abstract: author: cat: keyword: org: has:code votes>=20.',
    person:
      'We could not read “{query}”: there is no field “{field}:” (column {column}). There are title: abstract: author: cat: keyword: org: has:code and votes>=20; put the text in quotes to look for it as it stands.',
  },
  'query.category': {
    status: 422,
    exit: 2,
    operator:
      'Query "{query}", column {column}: unknown category "{value}". Takes one of arXiv such as cs.LG, or cs for all of cs.',
    person:
      'We could not read “{query}”: “{value}” (column {column}) is no category of arXiv. Use one such as cat:cs.LG, or cat:cs for all of cs.',
  },
  'query.has': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}", column {column}: has:{value} is unknown. Takes has:code.',
    person:
      'We could not read “{query}”: has:{value} (column {column}) is unknown. Use has:code for papers with code.',
  },
  'query.votes': {
    status: 422,
    exit: 2,
    operator:
      'Query "{query}", column {column}: votes{value} is no limit. Takes votes>= and a whole number up to 999999.',
    person:
      'We could not read “{query}”: votes{value} (column {column}) is no limit. Write it like votes>=20.',
  },
  'query.too-long': {
    status: 422,
    exit: 2,
    operator: 'The query has {bytes} bytes. It takes up to {most}.',
    person: 'That query is too long. Use fewer words, or several topics.',
  },
  'query.too-deep': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}", column {column}: brackets inside more than {most} others.',
    person:
      'We could not read “{query}”: there are too many brackets inside each other at column {column}. Use at most {most}.',
  },
  'smtp.not-set': {
    status: 503,
    exit: 2,
    operator: 'SMTP_URL is not set, so there is no mail server to hand mail to: smtp://host:port.',
    person: 'No mail can go out until the service is set up.',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorTable
