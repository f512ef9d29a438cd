// Writes the demo as files for any static host, with sample papers and a sample reader: npm run site
import { parseArgs } from 'node:util'
import { errorText } from '../src/core/errors.ts'
import { writeSite } from './site/write-site.ts'

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string', default: 'https://papers.example.org/daily-papers/' } },
  })
  const folder = positionals[0] ?? '.site'
  console.log('Starting the demo … nothing leaves this computer.')
  const files = await writeSite(folder, values.url)
  console.log(
    `${files.length} files are in ${folder}: open ${folder}/index.html, or copy them to a static host.`,
  )
  process.exit(0)
} catch (error) {
  process.stderr.write(`${errorText(error)}\nnpm run site [-- FOLDER] [--url URL]\n`)
  process.exit(1)
}
