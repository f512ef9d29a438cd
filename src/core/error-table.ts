import { cliCommand } from './cli-command.ts'

export interface ErrorEntry {
  /** HTTP status. */
  status: number
  /** Exit code of a command: 1 failed, 2 wrong use. */
  exit: 1 | 2
  /** For the operator: value, place, allowed range. {names} are filled from the fault's values. */
  operator: string
}

export const errorEntry =
  (status: number, exit: 1 | 2) =>
  (operator: string): ErrorEntry => ({ status, exit, operator })

export const wrongUse = errorEntry(400, 2)
/** A value that was typed. */
const wrongValue = errorEntry(422, 2)
/** Content of a request, a file or a report that cannot be accepted. */
export const notAccepted = errorEntry(422, 1)
export const conflict = errorEntry(409, 1)

const badRequest = errorEntry(400, 1)
const unauthorized = errorEntry(401, 1)
const forbidden = errorEntry(403, 1)
const notFound = errorEntry(404, 1)
const gone = errorEntry(410, 1)
const tooMany = errorEntry(429, 1)
const failed = errorEntry(500, 1)
const wrongSettings = errorEntry(500, 2)
const badGateway = errorEntry(502, 1)
const unavailable = errorEntry(503, 1)
const atColumn = (what: string): ErrorEntry => wrongValue(`Query "{query}", column {column}: ${what}`)

/**
 * Error codes, with what the operator reads. A code never changes its meaning; messages may. Sentences for readers of a
 * page are in i18n/. Errors of `subscribers import` are with that command.
 */
export const errorTable = {
  unexpected: failed('Unexpected: {what}'),
  'usage.wrong': wrongUse('{what}'),

  // Requests
  'page.not-found': notFound('No page at this path.'),
  'paper.not-here': notFound('The paper {name} is not on this site.'),
  'search.page': notFound('These results have no such page: from 1 to the last.'),
  'request.too-large': errorEntry(413, 1)('Request body above {limit} bytes.'),
  'request.unreadable': badRequest('The request could not be read: {what}'),
  'request.unknown-field': notAccepted('Unknown field "{field}". Known fields: {known}.'),
  'request.wrong-type': notAccepted('Field "{field}" takes {takes}.'),
  'request.not-json': errorEntry(415, 1)('The API accepts only JSON. Send content-type: application/json.'),
  'cursor.unknown': badRequest(
    'This cursor does not belong to this list. Send it unchanged with the same filters, or start without one.',
  ),
  'token.wrong': unauthorized(
    'Send the header "Authorization: Bearer" with the API_TOKEN from the settings.',
  ),
  'rate.too-many': tooMany('Rate limit {limit} reached; next try in {seconds} s.'),
  'rate.at-once': tooMany(
    'One network has reached its limit of concurrent searches; next try in {seconds} s.',
  ),
  'search.busy': unavailable('All search slots of this process are busy; next try in {seconds} s.'),

  // Settings, and the database
  'config.invalid': wrongSettings('The settings have {count} problem(s):\n{list}'),
  'config.port': failed('PORT={port} on HOST={host} is {what}.'),
  'config.host': failed(
    'HOST={host} is not an address of this machine. Set HOST to 127.0.0.1 behind a proxy on this machine, or to 0.0.0.0 for all addresses.',
  ),
  'config.listener': failed(
    '{setting}: cannot listen on {host}:{port}: {what}. Use a free port of this machine.',
  ),
  'config.suppression-key': wrongSettings(
    "SUPPRESSION_KEY is not the one this database was created with on {since}. Under another key, addresses that must get no mail are not recognised. Set the first key again. Only where it is lost for good, and those addresses may be written to: delete from switch where name = 'suppression-key'.",
  ),
  'database.unreachable': unavailable('The database does not respond: {what}'),
  'database.no-place': unavailable(
    'DATA_DIR {folder}: only root can access it, and Postgres does not run as root. Use a folder that others can access, such as /var/lib/daily-papers, or set DATABASE_URL.',
  ),
  'database.other-version': unavailable(
    'The database in {folder} was created by Postgres {found}, and this release runs Postgres {runs}. docs/upgrading.md shows how to move the data. Until then, run the earlier release, or set DATABASE_URL to a Postgres {found} server. For the demo: npm run demo -- --reset.',
  ),
  'database.migration-failed': unavailable(
    "Migration {name} failed and changed nothing: {what}. Fix the cause and run db migrate again. If its changes already exist because an earlier release was killed before recording them, record them: update _prisma_migrations set finished_at = now(), rolled_back_at = null where migration_name = '{name}'",
  ),
  'database.before-release': unavailable(
    'The database {name} was created by a version before the first release ({migration}), and this release cannot upgrade it. Run subscribers export with --suppressions with that version, set DATABASE_URL to a new database, run db migrate, then subscribers import for both files: docs/upgrading.md. For the demo: npm run demo -- --reset.',
  ),
  'database.behind': unavailable(
    `The database is missing {count} migration(s), the first is {name}. Run: ${cliCommand('db migrate')}`,
  ),
  'database.others-running': unavailable(
    `The database is missing {count} migration(s), the first is {name}, and {others} other process(es) use it. Stop them and start again, or migrate while they run: ${cliCommand('db migrate')}`,
  ),

  // Values that people type
  'digests.pruned': notAccepted(
    'Digests up to {date} have been deleted, so running them could send them twice. The earliest date that can be run is {first}.',
  ),
  'zone.unknown': wrongValue('Unknown time zone "{zone}": use a name such as Europe/Paris, or UTC.'),
  'date.invalid': errorEntry(404, 2)('"{date}" is not a date: use YYYY-MM-DD.'),
  'address.empty': wrongValue('No email address given.'),
  'address.malformed': wrongValue('Not an email address: use the form name@example.com.'),
  'address.several': wrongValue('More than one email address: use one in the form name@example.com.'),
  'address.not-ascii': wrongValue(
    'The part before the @ has letters other than a-z, which many mail servers refuse.',
  ),
  'address.too-long': wrongValue(
    'The address is too long: up to {longest} characters, and {longestLocal} before the @.',
  ),
  'address.taken': conflict('Another subscriber has the new address: unsubscribe that one first.'),
  'address.unchanged': wrongValue('The new address is the subscriber’s current one.'),

  // Links, sign-up and topics
  'link.unknown': notFound('Invalid link: forged, cut off, or signed with a secret that has been removed.'),
  'link.wrong-purpose': notFound('A link for {found} was used for {purpose}.'),
  'link.lower-case': notFound('A link that lost its capital letters.'),
  'link.expired': gone('The link expired on {ended}.'),
  'link.outdated': gone('A link from before a change of address or a new subscription.'),
  'signup.closed': forbidden('SIGNUP is closed: only the operator adds subscribers.'),
  'signup.busy': tooMany(
    'The sign-up emails of the hour (SIGNUP_PER_HOUR) are used up; next try in {seconds} s.',
  ),
  'signup.domain': notAccepted('SIGNUP_DOMAINS does not include the domain of this address.'),
  'topics.too-many': wrongValue('{count} topics: the limit is {most}.'),
  'topics.no-query': wrongValue('"[{name}]" has no topic: write its query on the line below.'),
  'topics.no-file': wrongUse(
    'Cannot read "{file}" ({why}): use a UTF-8 text file of up to {most} kB with one query per line, or - for standard input.',
  ),
  'topic.unknown': notFound('The subscriber has no topic "{query}".'),
  'topic.exists': wrongValue('The subscriber already has this topic.'),
  'topic.long-name': wrongValue('The name of the topic is too long: up to {most} characters.'),
  'topic.several': wrongValue('{count} topics given to change one: use one.'),
  'topic.removed': notAccepted('The topic to change has been removed.'),
  'change.cannot-undo': conflict(
    'There is nothing left to undo in this change, or it is another subscriber’s.',
  ),
  'setting.hour': wrongValue('hour "{value}": takes a whole number from 0 to 23.'),
  'setting.no-days': wrongValue('No day of the week. Takes one or more of {allowed}.'),
  'setting.days': wrongValue('days "{value}": takes {allowed}.'),
  'setting.max': wrongValue('max "{value}": takes a whole number from 1 to {most}.'),
  'setting.format': wrongValue('format "{value}": takes html or text.'),
  'setting.detail': wrongValue('detail "{value}": takes full or titles.'),
  'setting.until': wrongValue('until {value}: takes a date after {today}, up to {latest}.'),

  // Subscribers
  'subscriber.unknown': notFound('No subscriber has this address or number.'),
  'subscriber.unknown-suppressed': notFound(
    'No subscriber has this address, and it is suppressed ({reason}, since {since}), so it gets no email.',
  ),
  'subscriber.suppressed': conflict(
    'The address is suppressed ({reason}, since {since}): see subscribers unsuppress.',
  ),
  'subscriber.state': conflict('The subscriber is {state}, but must be {needed}.'),

  // Sources and papers
  'source.unknown': errorEntry(404, 2)('Unknown source "{source}": takes {known}.'),
  'source.unreachable': unavailable('{source} did not respond for {day}: {what}'),
  'source.failing': unavailable('{source} returned {status} for {day}.'),
  'source.rate-limited': unavailable('{source} returned {status} for {day}: rate limited for {seconds} s.'),
  'source.not-begun': wrongValue('{day} has not started: use a day up to today, {today} (UTC).'),
  'source.held': unavailable(
    '{source} was not fetched for {day}: another process is fetching, or it is rate limited for {seconds} s more.',
  ),
  'source.too-large': unavailable(
    '{source} returned {status} for {day} with more than {most} bytes: nothing was stored.',
  ),
  'source.not-xml': unavailable(
    '{source} returned {status} for {day} without a complete {what} in XML: {why}',
  ),
  'source.not-json': unavailable('{source} returned {status} for {day} without a JSON list ({type}).'),
  'source.refused-date': badGateway(
    '{source} refuses the date {day} ({status}): use a day up to today (UTC).',
  ),
  'source.refused': badGateway(
    '{source} refuses the request for {day} ({status}): check its address in the settings.',
  ),
  'source.unreadable': unavailable(
    'None of the {count} entries of {source} for {day} can be read. The first: {why}',
  ),
  'papers.rejected': unavailable(
    'The database rejected all {count} papers of {source} for {day}. The first: {why}',
  ),
  'import.no-file': wrongUse('Cannot read the file "{file}": use the path of a JSON file.'),
  'import.not-a-list': wrongUse(
    'Not a list of papers: use the API\'s JSON for a day, or [{"title": …, "summary": …}, …].',
  ),
  'import.nothing-readable': badRequest('None of the {count} entries can be read. The first: {why}'),

  // Messages
  'message.without-content': failed('Message {id} has no content to build an email from.'),
  'message.unknown': notFound('There is no message "{id}": run messages list for the ids.'),
  'message.cannot-retry': conflict(
    'Message {id} is {state} and may be tried until {deadline}: only a refused, given-up, skipped, uncertain or waiting message can be retried, and only until then.',
  ),
  'message.bad-address': failed(
    'Message {id}: its address is not a single plain address, so no email was built.',
  ),

  // Bounces and complaints
  'bounces.no-file': wrongUse(
    'Cannot read "{file}": use a file with SMTP replies or an email, or - for standard input.',
  ),
  'bounces.empty': wrongUse(
    '"{file}" is empty: use SMTP replies, one per line, such as "550 5.1.1 User unknown".',
  ),
  'bounces.not-text': wrongUse('"{file}" is not text: use UTF-8, or a raw email (.eml).'),
  'bounces.too-large': wrongUse('"{file}" is larger than {most} MB: split it into smaller files.'),
  'report.too-long-to-read': notAccepted(
    'An emailed report took more than {seconds} s to read and was skipped.',
  ),
  'report.unreadable': notAccepted('A report could not be read: {what}'),
  'webhook.unsigned': unauthorized(
    'Webhook of {provider}: the signature is missing or wrong. Check that its setting matches the one in {provider}.',
  ),
  'webhook.too-old': forbidden(
    'Webhook of {provider}: its time is more than {hours} hours ago or more than 5 minutes ahead. Check the clock of this machine.',
  ),
  'webhook.other-topic': forbidden('Webhook of ses: its topic is not SES_TOPIC_ARN.'),
  'webhook.token-used': forbidden('Webhook of mailgun: its token was already used with another body.'),
  'webhook.unreachable': unavailable('SNS does not respond: {what}'),
  'mailbox.refused': unavailable(
    'The mail server of BOUNCE_IMAP refuses the login: {what}. Check BOUNCE_IMAP_USER and BOUNCE_IMAP_PASSWORD.',
  ),
  'mailbox.no-folder': unavailable(
    'The mail server of BOUNCE_IMAP cannot open the folder "{folder}": {what}',
  ),
  'mailbox.unreachable': unavailable('Unexpected response from the mail server of BOUNCE_IMAP: {what}'),
  'dkim.cannot-sign': wrongSettings(
    'DKIM_KEY_FILE: {why}. Use an RSA private key of 1024 bits or more in PEM, for example from: openssl genrsa 2048',
  ),

  // Queries
  'preview.days': wrongValue('days "{value}": takes a whole number from 1 to {most}.'),
  'paper.unknown': notFound('No paper "{name}": use an arXiv id such as 2507.06457, doi:… or our number.'),
  'query.empty': wrongValue('The query has no words.'),
  'query.only-stop-words': wrongValue(
    'Query "{query}": nearly every paper contains these words. Add a more specific one.',
  ),
  'query.only-filler': wrongValue('Query "{query}": asks for papers but does not say what about.'),
  'query.only-not': atColumn(
    'a paper could match without any word of the query. Each side of OR needs a word without NOT.',
  ),
  'query.bracket-open': atColumn('( is never closed.'),
  'query.bracket-stray': atColumn(') has no opening bracket.'),
  'query.quote-open': atColumn('the quote is never closed.'),
  'query.word-missing': atColumn('a word is missing {where}.'),
  'query.unknown-field': atColumn(
    'unknown field "{field}:". Use title: abstract: author: cat: keyword: org: has:code is:revised votes>=20 paper:2507.06457.',
  ),
  'query.unkept-field': atColumn('{field}: asks for {what}, which are not stored here.'),
  'query.paper': atColumn(
    '"{value}" is not a paper. Use an arXiv id such as 2507.06457, a DOI or the address of a paper.',
  ),
  'query.address': atColumn(
    '"{value}" is not the address of a paper. Use one from arxiv.org, huggingface.co/papers, doi.org or this site.',
  ),
  'query.not-english': atColumn('words of another language. Use English words, such as: {example}.'),
  'query.category': atColumn(
    'unknown category "{value}". Use an arXiv category such as cs.LG, or cs for all of cs.',
  ),
  'query.has': atColumn('has:{value} is unknown. Use has:code.'),
  'query.is': atColumn('is:{value} is unknown. Use is:revised.'),
  'query.votes': atColumn('votes{value} is not a limit. Use votes>= and a whole number up to 999999.'),
  'query.least-votes': wrongValue('"{value}" is not a number of votes. Use a whole number up to {most}.'),
  'query.nothing-wanted': wrongValue('Only excludes papers.'),
  'query.too-long': wrongValue('The query has {bytes} bytes; the limit is {most}.'),
  'query.too-deep': atColumn('nested deeper than {most} brackets, NOTs and fields.'),

  // Admin pages and the mail server
  'admin.not-https': badRequest(
    'This request did not come over https, as far as the service can tell. Set TRUST_PROXY to the address of your proxy, and configure the proxy to send X-Forwarded-Proto.',
  ),
  'admin.elsewhere': forbidden(
    'Nothing was changed: this form did not come from a page of your session. Open the page again and press the button there.',
  ),
  'smtp.not-set': errorEntry(
    503,
    2,
  )('SMTP_URL is not set, so there is no mail server to send through. Set it to smtp://host:port.'),
  'smtp.sending-off': errorEntry(
    503,
    2,
  )(
    'SENDING=off: nothing is sent. Use SENDING=on for this command, or --dry-run to build and sign the email.',
  ),
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorTable
