import { cliCommand } from './cli-command.ts'

interface ErrorEntry {
  /** HTTP status. */
  status: number
  /** Exit code of a command: 1 failed, 2 wrong use. */
  exit: 1 | 2
  /** For the operator: value, place, allowed range. {names} are filled from the fault's values. */
  operator: string
}

/** All error codes. A code never changes its meaning; messages may. Sentences for subscribers are in i18n/. */
export const errorTable = {
  unexpected: {
    status: 500,
    exit: 1,
    operator: 'Unexpected: {what}',
  },
  'usage.wrong': {
    status: 400,
    exit: 2,
    operator: '{what}',
  },
  'page.not-found': {
    status: 404,
    exit: 1,
    operator: 'No page at this path.',
  },
  'paper.not-here': {
    status: 404,
    exit: 1,
    operator: 'The paper {name} is not on this site.',
  },
  'search.page': {
    status: 404,
    exit: 1,
    operator: 'These results have no such page: from 1 to the last.',
  },
  'request.too-large': {
    status: 413,
    exit: 1,
    operator: 'Request body above {limit} bytes.',
  },
  'request.unreadable': {
    status: 400,
    exit: 1,
    operator: 'The request could not be read: {what}',
  },
  'request.unknown-field': {
    status: 422,
    exit: 1,
    operator: 'Unknown field "{field}". Known fields: {known}.',
  },
  'request.wrong-type': {
    status: 422,
    exit: 1,
    operator: 'Field "{field}" takes {takes}.',
  },
  'request.not-json': {
    status: 415,
    exit: 1,
    operator: 'The API accepts only JSON. Send content-type: application/json.',
  },
  'cursor.unknown': {
    status: 400,
    exit: 1,
    operator:
      'This cursor does not belong to this list. Send it unchanged with the same filters, or start without one.',
  },
  'token.wrong': {
    status: 401,
    exit: 1,
    operator: 'Send the header "Authorization: Bearer" with the API_TOKEN from the settings.',
  },
  'rate.too-many': {
    status: 429,
    exit: 1,
    operator: 'Rate limit {limit} reached; next try in {seconds} s.',
  },
  'rate.at-once': {
    status: 429,
    exit: 1,
    operator: 'One network has reached its limit of concurrent searches; next try in {seconds} s.',
  },
  'search.busy': {
    status: 503,
    exit: 1,
    operator: 'All search slots of this process are busy; next try in {seconds} s.',
  },
  'config.invalid': {
    status: 500,
    exit: 2,
    operator: 'The settings have {count} problem(s):\n{list}',
  },
  'config.port': {
    status: 500,
    exit: 1,
    operator: 'PORT={port} on HOST={host} is {what}.',
  },
  'config.host': {
    status: 500,
    exit: 1,
    operator:
      'HOST={host} is not an address of this machine. Set HOST to 127.0.0.1 behind a proxy on this machine, or to 0.0.0.0 for all addresses.',
  },
  'config.listener': {
    status: 500,
    exit: 1,
    operator: '{setting}: cannot listen on {host}:{port}: {what}. Use a free port of this machine.',
  },
  'config.suppression-key': {
    status: 500,
    exit: 2,
    operator:
      "SUPPRESSION_KEY is not the one this database was created with on {since}. Under another key, addresses that must get no mail are not recognised. Set the first key again. Only where it is lost for good, and those addresses may be written to: delete from switch where name = 'suppression-key'.",
  },
  'database.unreachable': {
    status: 503,
    exit: 1,
    operator: 'The database does not respond: {what}',
  },
  'database.no-place': {
    status: 503,
    exit: 1,
    operator:
      'DATA_DIR {folder}: only root can access it, and Postgres does not run as root. Use a folder that others can access, such as /var/lib/daily-papers, or set DATABASE_URL.',
  },
  'database.other-version': {
    status: 503,
    exit: 1,
    operator:
      'The database in {folder} was created by Postgres {found}, and this release runs Postgres {runs}. docs/upgrading.md shows how to move the data. Until then, run the earlier release, or set DATABASE_URL to a Postgres {found} server. For the demo: npm run demo -- --reset.',
  },
  'database.migration-failed': {
    status: 503,
    exit: 1,
    operator:
      "Migration {name} failed and changed nothing: {what}. Fix the cause and run db migrate again. If its changes already exist because an earlier release was killed before recording them, record them: update _prisma_migrations set finished_at = now(), rolled_back_at = null where migration_name = '{name}'",
  },
  'database.behind': {
    status: 503,
    exit: 1,
    operator: `The database is missing {count} migration(s), the first is {name}. Run: ${cliCommand('db migrate')}`,
  },
  'database.others-running': {
    status: 503,
    exit: 1,
    operator: `The database is missing {count} migration(s), the first is {name}, and {others} other process(es) use it. Stop them and start again, or migrate while they run: ${cliCommand('db migrate')}`,
  },
  'digests.pruned': {
    status: 422,
    exit: 1,
    operator:
      'Digests up to {date} have been deleted, so running them could send them twice. The earliest date that can be run is {first}.',
  },
  'zone.unknown': {
    status: 422,
    exit: 2,
    operator: 'Unknown time zone "{zone}": use a name such as Europe/Paris, or UTC.',
  },
  'date.invalid': {
    status: 404,
    exit: 2,
    operator: '"{date}" is not a date: use YYYY-MM-DD.',
  },
  'address.empty': {
    status: 422,
    exit: 2,
    operator: 'No email address given.',
  },
  'address.malformed': {
    status: 422,
    exit: 2,
    operator: 'Not an email address: use the form name@example.com.',
  },
  'address.several': {
    status: 422,
    exit: 2,
    operator: 'More than one email address: use one in the form name@example.com.',
  },
  'address.not-ascii': {
    status: 422,
    exit: 2,
    operator: 'The part before the @ has letters other than a-z, which many mail servers refuse.',
  },
  'address.too-long': {
    status: 422,
    exit: 2,
    operator: 'The address is too long: up to {longest} characters, and {longestLocal} before the @.',
  },
  'address.taken': {
    status: 409,
    exit: 1,
    operator: 'Another subscriber has the new address: unsubscribe that one first.',
  },
  'address.unchanged': {
    status: 422,
    exit: 2,
    operator: 'The new address is the subscriber’s current one.',
  },
  'link.unknown': {
    status: 404,
    exit: 1,
    operator: 'Invalid link: forged, cut off, or signed with a secret that has been removed.',
  },
  'link.wrong-purpose': {
    status: 404,
    exit: 1,
    operator: 'A link for {found} was used for {purpose}.',
  },
  'link.lower-case': {
    status: 404,
    exit: 1,
    operator: 'A link that lost its capital letters.',
  },
  'link.expired': {
    status: 410,
    exit: 1,
    operator: 'The link expired on {ended}.',
  },
  'link.outdated': {
    status: 410,
    exit: 1,
    operator: 'A link from before a change of address or a new subscription.',
  },
  'signup.closed': {
    status: 403,
    exit: 1,
    operator: 'SIGNUP is closed: only the operator adds subscribers.',
  },
  'signup.busy': {
    status: 429,
    exit: 1,
    operator: 'The sign-up emails of the hour (SIGNUP_PER_HOUR) are used up; next try in {seconds} s.',
  },
  'signup.domain': {
    status: 422,
    exit: 1,
    operator: 'SIGNUP_DOMAINS does not include the domain of this address.',
  },
  'topics.too-many': {
    status: 422,
    exit: 2,
    operator: '{count} topics: the limit is {most}.',
  },
  'topics.no-query': {
    status: 422,
    exit: 2,
    operator: '"[{name}]" has no topic: write its query on the line below.',
  },
  'topics.no-file': {
    status: 400,
    exit: 2,
    operator:
      'Cannot read "{file}" ({why}): use a UTF-8 text file of up to {most} kB with one query per line, or - for standard input.',
  },
  'topic.unknown': {
    status: 404,
    exit: 1,
    operator: 'The subscriber has no topic "{query}".',
  },
  'topic.exists': {
    status: 422,
    exit: 2,
    operator: 'The subscriber already has this topic.',
  },
  'topic.long-name': {
    status: 422,
    exit: 2,
    operator: 'The name of the topic is too long: up to {most} characters.',
  },
  'topic.several': {
    status: 422,
    exit: 2,
    operator: '{count} topics given to change one: use one.',
  },
  'topic.removed': {
    status: 422,
    exit: 1,
    operator: 'The topic to change has been removed.',
  },
  'change.cannot-undo': {
    status: 409,
    exit: 1,
    operator: 'There is nothing left to undo in this change, or it is another subscriber’s.',
  },
  'setting.hour': {
    status: 422,
    exit: 2,
    operator: 'hour "{value}": takes a whole number from 0 to 23.',
  },
  'setting.no-days': {
    status: 422,
    exit: 2,
    operator: 'No day of the week. Takes one or more of {allowed}.',
  },
  'setting.days': {
    status: 422,
    exit: 2,
    operator: 'days "{value}": takes {allowed}.',
  },
  'setting.max': {
    status: 422,
    exit: 2,
    operator: 'max "{value}": takes a whole number from 1 to {most}.',
  },
  'setting.format': {
    status: 422,
    exit: 2,
    operator: 'format "{value}": takes html or text.',
  },
  'setting.detail': {
    status: 422,
    exit: 2,
    operator: 'detail "{value}": takes full or titles.',
  },
  'setting.until': {
    status: 422,
    exit: 2,
    operator: 'until {value}: takes a date after {today}, up to {latest}.',
  },
  'subscriber.unknown': {
    status: 404,
    exit: 1,
    operator: 'No subscriber has this address or number.',
  },
  'subscriber.unknown-suppressed': {
    status: 404,
    exit: 1,
    operator:
      'No subscriber has this address, and it is suppressed ({reason}, since {since}), so it gets no email.',
  },
  'subscriber.suppressed': {
    status: 409,
    exit: 1,
    operator: 'The address is suppressed ({reason}, since {since}): see subscribers unsuppress.',
  },
  'subscriber.state': {
    status: 409,
    exit: 1,
    operator: 'The subscriber is {state}, but must be {needed}.',
  },
  'source.unknown': {
    status: 404,
    exit: 2,
    operator: 'Unknown source "{source}": takes {known}.',
  },
  'source.unreachable': {
    status: 503,
    exit: 1,
    operator: '{source} did not respond for {day}: {what}',
  },
  'source.failing': {
    status: 503,
    exit: 1,
    operator: '{source} returned {status} for {day}.',
  },
  'source.rate-limited': {
    status: 503,
    exit: 1,
    operator: '{source} returned {status} for {day}: rate limited for {seconds} s.',
  },
  'source.not-begun': {
    status: 422,
    exit: 2,
    operator: '{day} has not started: use a day up to today, {today} (UTC).',
  },
  'source.held': {
    status: 503,
    exit: 1,
    operator:
      '{source} was not fetched for {day}: another process is fetching, or it is rate limited for {seconds} s more.',
  },
  'source.too-large': {
    status: 503,
    exit: 1,
    operator: '{source} returned {status} for {day} with more than {most} bytes: nothing was stored.',
  },
  'source.not-xml': {
    status: 503,
    exit: 1,
    operator: '{source} returned {status} for {day} without a complete {what} in XML: {why}',
  },
  'source.not-json': {
    status: 503,
    exit: 1,
    operator: '{source} returned {status} for {day} without a JSON list ({type}).',
  },
  'source.refused-date': {
    status: 502,
    exit: 1,
    operator: '{source} refuses the date {day} ({status}): use a day up to today (UTC).',
  },
  'source.refused': {
    status: 502,
    exit: 1,
    operator: '{source} refuses the request for {day} ({status}): check its address in the settings.',
  },
  'source.unreadable': {
    status: 503,
    exit: 1,
    operator: 'None of the {count} entries of {source} for {day} can be read. The first: {why}',
  },
  'papers.rejected': {
    status: 503,
    exit: 1,
    operator: 'The database rejected all {count} papers of {source} for {day}. The first: {why}',
  },
  'import.no-file': {
    status: 400,
    exit: 2,
    operator: 'Cannot read the file "{file}": use the path of a JSON file.',
  },
  'import.not-a-list': {
    status: 400,
    exit: 2,
    operator: 'Not a list of papers: use the API\'s JSON for a day, or [{"title": …, "summary": …}, …].',
  },
  'import.nothing-readable': {
    status: 400,
    exit: 1,
    operator: 'None of the {count} entries can be read. The first: {why}',
  },
  'import.no-csv': {
    status: 400,
    exit: 2,
    operator: 'Cannot read the file "{file}": use the path of a CSV file.',
  },
  'import.refused-is-file': {
    status: 400,
    exit: 2,
    operator: '--refused "{file}" is the file being imported: use another.',
  },
  'import.refused-exists': {
    status: 409,
    exit: 2,
    operator:
      '"{file}" already exists and does not contain refused rows of this file: use another with --refused.',
  },
  'import.empty': {
    status: 400,
    exit: 2,
    operator: 'The file is empty.',
  },
  'import.not-text': {
    status: 400,
    exit: 2,
    operator: 'Not UTF-8 or UTF-16 text: save the file as "CSV UTF-8".',
  },
  'import.no-email-column': {
    status: 400,
    exit: 2,
    operator: 'The header has no column "email": it has {columns}.',
  },
  'import.column-twice': {
    status: 400,
    exit: 2,
    operator: 'The header has the column "{column}" twice.',
  },
  'import.column-slip': {
    status: 400,
    exit: 2,
    operator:
      'The header has a column "{column}": did you mean "{meant}"? Fix it, or rename the column so that it is ignored.',
  },
  'import.no-column': {
    status: 400,
    exit: 2,
    operator: '--topics "{column}": the file has no such column. It has {columns}.',
  },
  'import.running': {
    status: 409,
    exit: 1,
    operator: 'Another process is importing this file.',
  },
  'import.other-key': {
    status: 409,
    exit: 1,
    operator: 'These hashes were made with another SUPPRESSION_KEY, so they match no address.',
  },
  'import.too-long': {
    status: 422,
    exit: 1,
    operator: 'More than {most} characters in one line. The file of refused rows contains only the start.',
  },
  'import.quotes': {
    status: 422,
    exit: 1,
    operator: 'The quotes in this line do not match up.',
  },
  'import.cells': {
    status: 422,
    exit: 1,
    operator: '{count} cells, but the header has {width}.',
  },
  'import.control': {
    status: 422,
    exit: 1,
    operator: 'The line contains the control character {character}: remove it.',
  },
  'import.bytes': {
    status: 422,
    exit: 1,
    operator: 'Column {column} is not valid UTF-8: save the file as "CSV UTF-8".',
  },
  'import.state': {
    status: 422,
    exit: 1,
    operator: 'state "{value}": takes {allowed}.',
  },
  'import.no-consent': {
    status: 422,
    exit: 1,
    operator: 'No consent is recorded: fill in confirmed_at, or use --consent "how" for all such rows.',
  },
  'import.instant': {
    status: 422,
    exit: 1,
    operator: '{column} "{value}": use a time between 1995 and now, such as 2026-11-24T08:00:00Z.',
  },
  'import.reason': {
    status: 422,
    exit: 1,
    operator: 'suppressed_reason "{value}": takes {allowed}.',
  },
  'import.epoch': {
    status: 422,
    exit: 1,
    operator: 'epoch "{value}": takes a whole number.',
  },
  'import.json': {
    status: 422,
    exit: 1,
    operator: 'Column {column} is not a JSON object.',
  },
  'import.hash': {
    status: 422,
    exit: 1,
    operator: 'address_hash must have 64 hexadecimal digits.',
  },
  'import.gets-no-mail': {
    status: 422,
    exit: 1,
    operator: 'The address is suppressed here ({reason}, since {since}): see subscribers unsuppress.',
  },
  'message.without-content': {
    status: 500,
    exit: 1,
    operator: 'Message {id} has no content to build an email from.',
  },
  'message.unknown': {
    status: 404,
    exit: 1,
    operator: 'There is no message "{id}": run messages list for the ids.',
  },
  'message.cannot-retry': {
    status: 409,
    exit: 1,
    operator:
      'Message {id} is {state} and may be tried until {deadline}: only a refused, given-up, skipped, uncertain or waiting message can be retried, and only until then.',
  },
  'message.bad-address': {
    status: 500,
    exit: 1,
    operator: 'Message {id}: its address is not a single plain address, so no email was built.',
  },
  'bounces.no-file': {
    status: 400,
    exit: 2,
    operator: 'Cannot read "{file}": use a file with SMTP replies or an email, or - for standard input.',
  },
  'bounces.empty': {
    status: 400,
    exit: 2,
    operator: '"{file}" is empty: use SMTP replies, one per line, such as "550 5.1.1 User unknown".',
  },
  'bounces.not-text': {
    status: 400,
    exit: 2,
    operator: '"{file}" is not text: use UTF-8, or a raw email (.eml).',
  },
  'bounces.too-large': {
    status: 400,
    exit: 2,
    operator: '"{file}" is larger than {most} MB: split it into smaller files.',
  },
  'report.too-long-to-read': {
    status: 422,
    exit: 1,
    operator: 'An emailed report took more than {seconds} s to read and was skipped.',
  },
  'report.unreadable': {
    status: 422,
    exit: 1,
    operator: 'A report could not be read: {what}',
  },
  'webhook.unsigned': {
    status: 401,
    exit: 1,
    operator:
      'Webhook of {maker}: the signature is missing or wrong. Check that its setting matches the one in {maker}.',
  },
  'webhook.too-old': {
    status: 403,
    exit: 1,
    operator:
      'Webhook of {maker}: its time is more than {hours} hours ago or more than 5 minutes ahead. Check the clock of this machine.',
  },
  'webhook.other-topic': {
    status: 403,
    exit: 1,
    operator: 'Webhook of ses: its topic is not SES_TOPIC_ARN.',
  },
  'webhook.token-used': {
    status: 403,
    exit: 1,
    operator: 'Webhook of mailgun: its token was already used with another body.',
  },
  'webhook.unreachable': {
    status: 503,
    exit: 1,
    operator: 'SNS does not respond: {what}',
  },
  'mailbox.refused': {
    status: 503,
    exit: 1,
    operator:
      'The mail server of BOUNCE_IMAP refuses the login: {what}. Check BOUNCE_IMAP_USER and BOUNCE_IMAP_PASSWORD.',
  },
  'mailbox.no-folder': {
    status: 503,
    exit: 1,
    operator: 'The mail server of BOUNCE_IMAP cannot open the folder "{folder}": {what}',
  },
  'mailbox.unreachable': {
    status: 503,
    exit: 1,
    operator: 'Unexpected response from the mail server of BOUNCE_IMAP: {what}',
  },
  'dkim.cannot-sign': {
    status: 500,
    exit: 2,
    operator:
      'DKIM_KEY_FILE: {why}. Use an RSA private key of 1024 bits or more in PEM, for example from: openssl genrsa 2048',
  },
  'preview.days': {
    status: 422,
    exit: 2,
    operator: 'days "{value}": takes a whole number from 1 to {most}.',
  },
  'paper.unknown': {
    status: 404,
    exit: 1,
    operator: 'No paper "{name}": use an arXiv id such as 2507.06457, doi:… or our number.',
  },
  'query.empty': {
    status: 422,
    exit: 2,
    operator: 'The query has no words.',
  },
  'query.only-stop-words': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}": nearly every paper contains these words. Add a more specific one.',
  },
  'query.only-filler': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}": asks for papers but does not say what about.',
  },
  'query.only-not': {
    status: 422,
    exit: 2,
    operator:
      'Query "{query}", column {column}: a paper could match without any word of the query. Each side of OR needs a word without NOT.',
  },
  'query.bracket-open': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}", column {column}: ( is never closed.',
  },
  'query.bracket-stray': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}", column {column}: ) has no opening bracket.',
  },
  'query.quote-open': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}", column {column}: the quote is never closed.',
  },
  'query.word-missing': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}", column {column}: a word is missing {where}.',
  },
  'query.unknown-field': {
    status: 422,
    exit: 2,
    operator:
      'Query "{query}", column {column}: unknown field "{field}:". Use title: abstract: author: cat: keyword: org: has:code is:revised votes>=20 paper:2507.06457.',
  },
  'query.unkept-field': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}", column {column}: {field}: asks for {what}, which are not stored here.',
  },
  'query.paper': {
    status: 422,
    exit: 2,
    operator:
      'Query "{query}", column {column}: "{value}" is not a paper. Use an arXiv id such as 2507.06457, a DOI or the address of a paper.',
  },
  'query.address': {
    status: 422,
    exit: 2,
    operator:
      'Query "{query}", column {column}: "{value}" is not the address of a paper. Use one from arxiv.org, huggingface.co/papers, doi.org or this site.',
  },
  'query.not-english': {
    status: 422,
    exit: 2,
    operator:
      'Query "{query}", column {column}: words of another language. Use English words, such as: {example}.',
  },
  'query.category': {
    status: 422,
    exit: 2,
    operator:
      'Query "{query}", column {column}: unknown category "{value}". Use an arXiv category such as cs.LG, or cs for all of cs.',
  },
  'query.has': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}", column {column}: has:{value} is unknown. Use has:code.',
  },
  'query.is': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}", column {column}: is:{value} is unknown. Use is:revised.',
  },
  'query.votes': {
    status: 422,
    exit: 2,
    operator:
      'Query "{query}", column {column}: votes{value} is not a limit. Use votes>= and a whole number up to 999999.',
  },
  'query.least-votes': {
    status: 422,
    exit: 2,
    operator: '"{value}" is not a number of votes. Use a whole number up to {most}.',
  },
  'query.nothing-wanted': {
    status: 422,
    exit: 2,
    operator: 'Only excludes papers.',
  },
  'query.too-long': {
    status: 422,
    exit: 2,
    operator: 'The query has {bytes} bytes; the limit is {most}.',
  },
  'query.too-deep': {
    status: 422,
    exit: 2,
    operator: 'Query "{query}", column {column}: nested deeper than {most} brackets, NOTs and fields.',
  },
  'admin.not-https': {
    status: 400,
    exit: 1,
    operator:
      'This request did not come over https, as far as the service can tell. Set TRUST_PROXY to the address of your proxy, and configure the proxy to send X-Forwarded-Proto.',
  },
  'admin.elsewhere': {
    status: 403,
    exit: 1,
    operator:
      'Nothing was changed: this form did not come from a page of your session. Open the page again and press the button there.',
  },
  'smtp.not-set': {
    status: 503,
    exit: 2,
    operator: 'SMTP_URL is not set, so there is no mail server to send through. Set it to smtp://host:port.',
  },
  'smtp.sending-off': {
    status: 503,
    exit: 2,
    operator:
      'SENDING=off: nothing is sent. Use SENDING=on for this command, or --dry-run to build and sign the email.',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorTable
