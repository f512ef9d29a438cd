// Writes a site as files for any static host: the demo's, or the operator's own papers. npm run site -- --help
import { parseArgs } from 'node:util'
import { errorText } from '../src/core/errors.ts'
import { optionsOrExit } from './options-or-exit.ts'

const USAGE = `Usage: npm run site [-- FOLDER] [OPTIONS]

Writes a site as files for any static host, or for none: open FOLDER/index.html. FOLDER is .site by default; it must be
empty, or written by this command before. The default is the demo, with sample papers and a sample reader.

  --from-archive   your own papers, from the database of your settings, which is not changed except for rate limits.
                   Links to the rest of the site lead to BASE_URL if it begins with https://
  --topic "QUERY"  with --from-archive: only the papers that match this query (up to 500)
  --url URL        where the files will be published, for feeds and links to share.
                   Default: https://papers.example.org/daily-papers/
  --help           print this

Examples:
  npm run site -- public --url https://lab.example.org/papers/
  npm run site -- public --from-archive --topic "linear attention" --url https://lab.example.org/attention/
`

function optionsFrom(args: string[]) {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      url: { type: 'string', default: 'https://papers.example.org/daily-papers/' },
      'from-archive': { type: 'boolean', default: false },
      topic: { type: 'string' },
    },
  })
  if (positionals.length > 1)
    throw new Error(`One folder, not ${positionals.length}: ${positionals.join(' ')}`)
  if (!URL.canParse(values.url))
    throw new Error(`--url "${values.url}": use a whole address that begins with https://`)
  if (values.topic !== undefined && !values['from-archive'])
    throw new Error('--topic needs --from-archive: the demo is always written whole.')
  // Names in it are relative to a folder.
  const url = values.url.endsWith('/') ? values.url : `${values.url}/`
  return { ...values, url, folder: positionals[0] ?? '.site' }
}

async function run({ folder, url, topic, ...options }: ReturnType<typeof optionsFrom>): Promise<void> {
  const files = options['from-archive']
    ? await fromArchive(folder, { url, topic })
    : await fromDemo(folder, url)
  console.log(
    `${files.length} files are in ${folder}: open ${folder}/index.html, or copy them to a static host.`,
  )
}

async function fromArchive(folder: string, copy: { url: string; topic?: string }): Promise<string[]> {
  const { writeOwnArchive } = await import('./site/write-archive.ts')
  return writeOwnArchive(folder, copy)
}

async function fromDemo(folder: string, url: string): Promise<string[]> {
  console.log('Starting the demo … nothing leaves this computer.')
  const { writeSite } = await import('./site/write-site.ts')
  return writeSite(folder, url)
}

try {
  await run(optionsOrExit(optionsFrom, USAGE))
  process.exit(0)
} catch (error) {
  process.stderr.write(`${errorText(error)}\n`)
  if ((error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND')
    process.stderr.write('This command needs the development packages: run npm ci without --omit=dev.\n')
  process.exit(1)
}
