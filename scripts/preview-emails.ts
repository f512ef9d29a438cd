// Renders every mail from its sample.json: npm run preview -- FOLDER
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { AddTopicsEmail, ConfirmationEmail } from '../src/emails/answer-views.ts'
import type { DigestEmail } from '../src/emails/digest-view.ts'
import type { RenderedEmail } from '../src/emails/email.ts'
import { openEmails } from '../src/emails/emails.ts'
import type { GoodbyeEmail } from '../src/emails/goodbye-view.ts'
import type { LinkEmail, MovedEmail } from '../src/emails/link-views.ts'
import type { NoteEmail } from '../src/emails/note-view.ts'
import type { WelcomeEmail } from '../src/emails/welcome-view.ts'

const templates = resolve(import.meta.dirname, '../templates/emails')
const folder = process.argv[2]
if (!folder) {
  process.stderr.write('Say into which folder: npm run preview -- FOLDER\n')
  process.exit(2)
}

const sample = <T>(name: string): T => JSON.parse(readFileSync(join(templates, name, 'sample.json'), 'utf8'))

const emails = await openEmails({
  name: 'Daily Papers',
  baseUrl: 'https://papers.example.org',
  postalAddress: '1 Example Street, 12345 Exampletown',
})
const digest = sample<DigestEmail>('digest')
const week = { from: '2026-11-18', to: '2026-11-24' }
const previews: Record<string, RenderedEmail> = {
  digest: emails.digest(digest),
  'digest-titles': emails.digest({ ...digest, detail: 'titles' }),
  'digest-weekly': emails.digest({ ...digest, content: { ...digest.content, week } }),
  confirmation: emails.confirmation(sample<ConfirmationEmail>('confirmation')),
  'add-topics': emails.addTopics(sample<AddTopicsEmail>('add-topics')),
  goodbye: emails.goodbye(sample<GoodbyeEmail>('goodbye')),
  note: emails.note(sample<NoteEmail>('note')),
  'manage-link': emails.link('manage-link', sample<LinkEmail>('manage-link')),
  'account-link': emails.link('account-link', sample<LinkEmail>('account-link')),
  'new-address': emails.link('new-address', sample<LinkEmail>('new-address')),
  moved: emails.moved(sample<MovedEmail>('moved')),
  welcome: emails.welcome(sample<WelcomeEmail>('welcome')),
}
mkdirSync(folder, { recursive: true })
for (const [name, { subject, html, text }] of Object.entries(previews)) {
  if (html) writeFileSync(join(folder, `${name}.html`), html)
  writeFileSync(join(folder, `${name}.txt`), text)
  process.stdout.write(`${name}: ${subject}\n`)
}
