// Renders every mail from its samples: npm run preview -- FOLDER
import { globSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RenderedEmail } from '../src/mail/rendering/template.ts'
import { renderMails } from '../test/support/sample-emails.ts'

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
// Emails to the operator are only text.
const tests = join(import.meta.dirname, '../test')
for (const file of globSync('unit/features/*/sample-emails.ts', { cwd: tests })) {
  const samples: { SAMPLE_EMAILS: [name: string, email: RenderedEmail][] } = await import(join(tests, file))
  for (const [name, { subject, text }] of samples.SAMPLE_EMAILS) {
    writeFileSync(join(folder, `${name}.txt`), text)
    process.stdout.write(`${name}: ${subject}\n`)
  }
}
