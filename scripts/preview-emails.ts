// npm run preview -- FOLDER
// Renders every email from its samples into a folder, as HTML and as text.
import { globSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { RenderedEmail } from '../src/mail/rendering/template.ts'
import { renderMails } from '../test/support/sample-emails.ts'
import { optionsOrExit } from './options-or-exit.ts'

const folder = optionsOrExit((args) => {
  const [folder, ...more] = parseArgs({ args, allowPositionals: true }).positionals
  if (!folder || more.length > 0) throw new Error('Name one folder.')
  return folder
})
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
