import { cliCommand } from './cli-command.ts'

declare module './feature.ts' {
  interface Feature {
    /** The table of its errors, beside errorTable: every code is in the contract, and is thrown and tested. */
    errors?(): Promise<Readonly<Record<string, ErrorEntry>>>
  }
}

export interface ErrorEntry {
  code: string
  status: number
  /** Exit code of a command: 1 failed, 2 wrong use. */
  exit: 1 | 2
  /** For the operator: value, place, allowed range. {names} are filled from the fault's values. */
  operator: string
}

/** The entries of codes that share an HTTP status and an exit code, from what the operator reads. */
export const errorEntries = <Code extends string>(
  status: number,
  exit: 1 | 2,
  messages: Record<Code, string>,
): Record<Code, ErrorEntry> => {
  const entries = Object.entries<string>(messages)
  return Object.fromEntries(
    entries.map(([code, operator]) => [code, { code, status, exit, operator }]),
  ) as Record<Code, ErrorEntry>
}

const atColumn = <Code extends string>(messages: Record<Code, string>): Record<Code, string> => {
  const entries = Object.entries<string>(messages)
  return Object.fromEntries(
    entries.map(([code, what]) => [code, `Query "{query}", column {column}: ${what}`]),
  ) as Record<Code, string>
}

/**
 * Error codes, with what the operator reads. A code never changes its meaning; messages may. Sentences for readers of a
 * page are in i18n/. Errors that only a command or a feature raises are with it.
 */
export const errorTable = {
  ...errorEntries(400, 1, {
    'request.unreadable': 'The request could not be read: {what}',
    'cursor.unknown':
      'This cursor does not belong to this list. Send it unchanged with the same filters, or start without one.',
    'admin.not-https':
      'This request did not come over https, as far as the service can tell. Set TRUST_PROXY to the address of your proxy, and configure the proxy to send X-Forwarded-Proto.',
  }),
  ...errorEntries(400, 2, {
    'usage.wrong': '{what}',
  }),
  ...errorEntries(401, 1, {
    'token.wrong': 'Send the header "Authorization: Bearer" with the API_TOKEN from the settings.',
    'webhook.unsigned':
      'Webhook of {provider}: the signature is missing or wrong. Check that {setting} matches the webhook in {provider}, and that nothing on the way changes the body.',
  }),
  ...errorEntries(403, 1, {
    'signup.closed': 'SIGNUP is closed: only the operator adds subscribers.',
    'webhook.too-old':
      'Webhook of {provider}: its time is more than {hours} hours ago or more than 5 minutes ahead. Check the clock of this machine.',
    'webhook.other-topic': 'Webhook of {provider}: its topic is not {setting}.',
    'webhook.token-used': 'Webhook of {provider}: its token was already used with another body.',
    'admin.wrong-password': 'That password is not correct. Try again.',
    'admin.read-only':
      'Nothing was changed: you may look at these pages, but not change anything. Ask an operator who may.',
    'admin.elsewhere':
      'Nothing was changed: this form did not come from a page of your session. Open the page again and press the button there.',
  }),
  ...errorEntries(404, 1, {
    'page.not-found': 'No page at this path.',
    'paper.not-here': 'The paper {name} is not on this site.',
    'search.page': 'These results have no such page: from 1 to the last.',
    'link.unknown': 'Invalid link: forged, cut off, or signed with a secret that has been removed.',
    'link.wrong-purpose': 'A link for {found} was used for {purpose}.',
    'link.lower-case': 'A link that lost its capital letters.',
    'topic.unknown': 'The subscriber has no topic "{query}".',
    'subscriber.unknown': 'No subscriber has this address or number.',
    'message.unknown': 'There is no message "{id}": run messages list for the ids.',
    'paper.unknown': 'No paper "{name}": use an arXiv id such as 2507.06457, doi:… or our number.',
  }),
  ...errorEntries(404, 2, {
    'date.invalid': '"{date}" is not a date: use YYYY-MM-DD.',
    'span.invalid': '"{name}" is not a week or month: use YYYY-Www or YYYY-MM.',
    'source.unknown': 'Unknown source "{source}": takes {known}.',
  }),
  ...errorEntries(405, 1, {
    'request.method-not-allowed': '{method} is not possible at this address. It takes {allowed}.',
  }),
  ...errorEntries(408, 1, {
    'request.too-slow': 'The request body arrived more slowly than all others, and its place was needed.',
  }),
  ...errorEntries(409, 1, {
    'address.taken': 'Another subscriber has the new address: unsubscribe that one first.',
    'change.cannot-undo': 'There is nothing left to undo in this change, or it is another subscriber’s.',
    'subscriber.suppressed':
      'The address is suppressed ({reason}, since {since}): see subscribers unsuppress.',
    'subscriber.state': 'The subscriber is {state}, but must be {needed}.',
    'message.cannot-retry':
      'Message {id} is {state} and may be tried until {deadline}: only a refused, given-up, skipped, uncertain or waiting message can be retried, and only until then.',
  }),
  ...errorEntries(410, 1, {
    'link.expired': 'The link expired on {ended}.',
    'link.outdated': 'A link from before a change of address or a new subscription.',
  }),
  ...errorEntries(413, 1, {
    'request.too-large': 'Request body above {limit} bytes.',
  }),
  ...errorEntries(415, 1, {
    'request.not-json': 'The API accepts only JSON. Send content-type: application/json.',
  }),
  ...errorEntries(422, 1, {
    'request.unknown-field': 'Unknown field "{field}". Known fields: {known}.',
    'request.wrong-type': 'Field "{field}" takes {takes}.',
    'digests.pruned':
      'Digests up to {date} have been deleted, so running them could send them twice. The earliest date that can be run is {first}.',
    'signup.domain': 'SIGNUP_DOMAINS does not include the domain of this address.',
    'topic.removed': 'The topic to change has been removed.',
    'report.too-long-to-read': 'An emailed report took more than {seconds} s to read and was skipped.',
    'report.unreadable': 'A report could not be read: {what}',
  }),
  ...errorEntries(422, 2, {
    'zone.unknown': 'Unknown time zone "{zone}": use a name such as Europe/Paris, or UTC.',
    'address.empty': 'No email address given.',
    'address.malformed': 'Not an email address: use the form name@example.com.',
    'address.several': 'More than one email address: use one in the form name@example.com.',
    'address.not-ascii': 'The part before the @ has letters other than a-z, which many mail servers refuse.',
    'address.too-long':
      'The address is too long: up to {longest} characters, and {longestLocal} before the @.',
    'address.typo': 'The domain of the address looks mistyped: {domain} may be meant.',
    'address.unchanged': 'The new address is the subscriber’s current one.',
    'topics.too-many': '{count} topics: the limit is {most}.',
    'topics.too-long': 'The topics have {bytes} bytes together; the limit is {most}.',
    'topics.no-query': '"[{name}]" has no topic: write its query on the line below.',
    'topic.none': 'No topic chosen.',
    'topic.exists': 'The subscriber already has this topic.',
    'topic.long-name': 'The name of the topic is too long: up to {most} characters.',
    'topic.several': '{count} topics given to change one: use one.',
    'setting.hour': 'hour "{value}": takes a whole number from 0 to 23.',
    'setting.no-days': 'No day of the week. Takes one or more of {allowed}.',
    'setting.days': 'days "{value}": takes {allowed}.',
    'setting.max': 'max "{value}": takes a whole number from 1 to {most}.',
    'setting.format': 'format "{value}": takes html or text.',
    'setting.detail': 'detail "{value}": takes full or titles.',
    'setting.related': 'related "{value}": takes true or false.',
    'setting.until': 'until {value}: takes a date between {earliest} and {latest}.',
    'source.not-begun': '{day} has not started: use a day up to today, {today} (UTC).',
    'preview.days': 'days "{value}": takes a whole number from 1 to {most}.',
    'query.empty': 'The query has no words.',
    'query.only-stop-words':
      'Query "{query}": nearly every paper contains these words. Add a more specific one.',
    'query.only-filler': 'Query "{query}": asks for papers but does not say what about.',
    'query.too-long': 'The query has {bytes} bytes; the limit is {most}.',
    ...atColumn({
      'query.only-not':
        'a paper could match without any word of the query. Each side of OR needs a word without NOT.',
      'query.bracket-open': '( is never closed.',
      'query.bracket-stray': ') has no opening bracket.',
      'query.quote-open': 'the quote is never closed.',
      'query.word-missing': 'a word is missing {where}.',
      'query.unknown-field':
        'unknown field "{field}:". Use title: abstract: author: cat: keyword: org: has:code is:revised votes>=20 paper:2507.06457.',
      'query.unkept-field': '{field}: asks for {what}, which are not stored here.',
      'query.paper':
        '"{value}" is not a paper. Use an arXiv id such as 2507.06457, a DOI or the address of a paper.',
      'query.address':
        '"{value}" is not the address of a paper. Use one from arxiv.org, huggingface.co/papers, doi.org or this site.',
      'query.not-english': 'words of another language. Use English words{example}.',
      'query.category':
        'unknown category "{value}". Use an arXiv category such as cs.LG, or cs for all of cs.',
      'query.has': 'has:{value} is unknown. Use has:code.',
      'query.is': 'is:{value} is unknown. Use is:revised.',
      'query.votes': 'votes{value} is not a limit. Use votes>= and a whole number up to 999999.',
      'query.too-deep': 'nested deeper than {most} brackets, NOTs and fields.',
    }),
  }),
  ...errorEntries(429, 1, {
    'rate.too-many': 'Rate limit {limit} reached; next try in {seconds} s.',
    'rate.at-once': 'One network has reached its limit of concurrent searches; next try in {seconds} s.',
    'rate.same-link': 'One subscriber has reached the limit of concurrent requests; next try in {seconds} s.',
    'signup.busy': 'The sign-up emails of the hour (SIGNUP_PER_HOUR) are used up; next try in {seconds} s.',
  }),
  ...errorEntries(500, 1, {
    unexpected: 'Unexpected: {what}',
    'config.port': 'PORT={port} on HOST={host} is {what}.',
    'config.host':
      'HOST={host} is not an address of this machine. Set HOST to 127.0.0.1 behind a proxy on this machine, or to 0.0.0.0 for all addresses.',
    'config.listener': '{setting}: cannot listen on {host}:{port}: {what}. Use a free port of this machine.',
    'message.without-content': 'Message {id} has no content to build an email from.',
    'message.bad-address': 'Message {id}: its address is not a single plain address, so no email was built.',
    'message.bad-header':
      'nodemailer did not write each sample value once in the header of an email, so it cannot be filled in: {fields}. Install the version in package-lock.json: npm ci',
  }),
  ...errorEntries(500, 2, {
    'config.invalid': 'The settings have {count} problem(s):\n{list}',
    'config.missing': `There is no .env in {folder}, and the environment has no required setting. To make one: ${cliCommand('setup')}. In a container, set environment variables.\nThe settings have {count} problem(s):\n{list}`,
    'config.suppression-key':
      "SUPPRESSION_KEY is not the one this database was created with on {since}. Under another key, addresses that must get no mail are not recognised. Set the first key again. Only where it is lost for good, and those addresses may be written to: delete from switch where name = 'suppression-key'.",
    'config.unreadable':
      'The settings in {file} cannot be read by user {user}. Make that user its owner, as root: chown {user} {file}',
    'config.unwritable':
      '{file} cannot be written here ({reason}). Where you can write, copy .env.example to .env and fill it in; in a container, give the settings as environment variables.',
    'dkim.cannot-sign':
      'DKIM_KEY_FILE: {why}. Use an RSA private key of 1024 bits or more in PEM, for example from: openssl genrsa 2048',
  }),
  ...errorEntries(502, 1, {
    'source.refused-date': '{source} refuses the date {day} ({status}): use a day up to today (UTC).',
    'source.refused-filter': '{source} is refused ({status}): {what}. Correct the filter in SOURCES.',
    'source.refused-key': '{source} is refused ({status}): the key in OPENALEX_KEY is wrong.',
    'source.gone':
      '{source} no longer has a feed ({status}). Put its new address into SOURCES, or leave it out.',
    'source.not-a-feed':
      '{source} returned {status} for {day} with something other than a feed ({what}). Put the address of the feed itself into SOURCES.',
    'source.broken-feed':
      '{source} returned {status} for {day} with a feed that cannot be read: {what}. Tell its publisher; it is tried again.',
    'source.large-feed':
      '{source} has more than {most} MB for {day}. Use a feed with fewer items, such as one of the newest only.',
    'source.moved-away':
      '{source} redirects ({status}) to {what}, which is not followed. If it is right, put it into SOURCES.',
    'source.refused': '{source} refuses the request for {day} ({status}): check its address in the settings.',
  }),
  ...errorEntries(503, 1, {
    'search.busy': 'Too many searches are waiting in this process; next try in {seconds} s.',
    'search.too-long': 'A search took more than {seconds} s and was ended.',
    'database.unreachable': 'The database does not respond: {what}',
    'database.no-place':
      'DATA_DIR {folder}: only root can access it, and Postgres does not run as root. Use a folder that others can access, such as /var/lib/daily-papers, or set DATABASE_URL.',
    'database.no-links':
      'Links between the libraries of the embedded Postgres are missing in {folder}, and this user cannot make them there. As the owner of that folder, often root, run once: cd {folder} && node scripts/hydrate-symlinks.js',
    'database.other-version':
      'The database in {folder} was created by Postgres {found}, and this release runs Postgres {runs}. docs/upgrading.md shows how to move the data. Until then, set DATABASE_URL to a Postgres {found} server. For the demo: npm run demo -- --reset.',
    'database.migration-failed':
      'Migration {name} failed and changed nothing: {what}. Fix the cause and run db migrate again.',
    'database.before-release':
      'The database was made by a version before 1.0 (its migration {name}), and no release upgrades those. Nothing was changed. Write its subscribers to a file with that version (subscribers export), set DATABASE_URL to a new, empty database, start this version, and import the file (subscribers import). The file does not hold the suppressions of erased addresses: the old database keeps only their hashes.',
    'database.behind': `The database is missing {count} migration(s), the first is {name}. Run: ${cliCommand('db migrate')}`,
    'database.others-running': `The database is missing {count} migration(s), the first is {name}, and {others} other process(es) use it. Stop them and start again, or migrate while they run: ${cliCommand('db migrate')}`,
    'database.in-use':
      '{others} running process(es) use the embedded Postgres and would start it again. Stop them first.',
    'source.unreachable': '{source} did not respond for {day}: {what}',
    'source.failing': '{source} returned {status} for {day}.',
    'source.rate-limited': '{source} returned {status} for {day}: rate limited for {seconds} s.',
    'source.no-budget':
      '{source} returned {status} for {day}: the requests of the day are used up, for {seconds} s more.',
    'source.held':
      '{source} was not fetched for {day}: another process is fetching, or it is rate limited for {seconds} s more.',
    'source.too-large':
      '{source} returned {status} for {day} with more than {most} bytes: nothing was stored.',
    'source.not-xml': '{source} returned {status} for {day} without a complete {what} in XML: {why}',
    'source.not-json': '{source} returned {status} for {day} without a JSON list ({type}).',
    'source.too-many':
      '{source} lists {count} papers for {day}, more than the {most} a day that one source may have. Nothing of this fetch was stored: name a section or a narrower filter in SOURCES.',
    'source.unreadable': 'None of the {count} entries of {source} for {day} can be read. The first: {why}',
    'papers.rejected': 'The database rejected all {count} papers of {source} for {day}. The first: {why}',
    'webhook.unreachable': 'A server of the provider does not respond: {what}',
  }),
  ...errorEntries(503, 2, {
    'smtp.not-set':
      'SMTP_URL is not set, so there is no mail server to send through. Set it to smtp://host:port.',
    'smtp.sending-off':
      'SENDING=off: nothing is sent. Use SENDING=on for this command, or --dry-run to build and sign the email.',
  }),
} satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorTable
