// Renders every mail from its samples: npm run preview -- FOLDER
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SAMPLE_NOTICE_MAILS } from '../test/support/sample-notices.ts'
import { renderMails } from '../test/support/walk-mails.ts'

const folder = process.argv[2]
if (!folder || folder.startsWith('-')) {
  process.stderr.write('Say into which folder: npm run preview -- FOLDER\n')
  process.exit(2)
}
mkdirSync(folder, { recursive: true })
for (const [name, { subject, html, text }] of await renderMails()) {
  if (html) writeFileSync(join(folder, `${name}.html`), html)
  writeFileSync(join(folder, `${name}.txt`), text)
  process.stdout.write(`${name}: ${subject}\n`)
}
// What the operator gets is text alone.
for (const [name, { subject, text }] of SAMPLE_NOTICE_MAILS) {
  writeFileSync(join(folder, `${name}.txt`), text)
  process.stdout.write(`${name}: ${subject}\n`)
}
