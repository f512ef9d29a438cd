import { globSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { openComposer } from '../../../src/emails/compose-message.ts'
import { composeStored, type StoredEmail } from '../../support/mailed-links.ts'
import { faultsOfMailHtml, UNSEEN } from './html-faults.ts'
import type { Site } from './world.ts'

const TEMPLATES = resolve(import.meta.dirname, '../../../templates/emails')

interface Mail extends StoredEmail {
  kind: string
}

/** Every message that was left by now, made as it would go out. */
export async function mailsLeft({ deps, wrong }: Site): Promise<Mail[]> {
  const compose = await openComposer(deps)
  const rows = await deps.db.message.findMany({
    where: { toAddress: { not: null } },
    include: { digest: true },
  })
  const mails: Mail[] = []
  for (const row of rows) {
    const email = await composeStored(compose, row)
    const html = email.html && wrong.mail ? wrong.mail(email.html, row.kind) : email.html
    mails.push({ ...email, kind: row.kind, html })
  }
  return mails
}

export async function faultsOfMail({ kind, raw, subject, text, html }: Mail): Promise<string[]> {
  const faults = [
    ...(html === null ? [] : faultsOfMailHtml(html)),
    ...(UNSEEN.test(text) ? ['a control or bidi character in the text part'] : []),
    ...(/^bcc:/im.test(raw.split(/\r?\n\r?\n/)[0]!) ? ['a header field from a title'] : []),
    ...(UNSEEN.test(subject) ? ['a control in the subject'] : []),
  ]
  return faults.map((fault) => `mail ${kind}: ${fault}`)
}

// A person who does not subscribe yet cannot choose the format; emails to others follow it.
const ALWAYS_HTML = ['confirmation', 'add-topics']

/** Each kind that has a template must have been checked, with HTML and without. */
export function kindsUnseen(mails: Mail[]): string[] {
  const kinds = globSync('*/meta.json', { cwd: TEMPLATES }).map((path) => dirname(path))
  const has = (kind: string, isText: boolean) =>
    mails.some((mail) => mail.kind === kind && (mail.html === null) === isText)
  return kinds.flatMap((kind) => [
    ...(has(kind, false) ? [] : [`mail ${kind}: none with HTML was left`]),
    ...(has(kind, true) || ALWAYS_HTML.includes(kind) ? [] : [`mail ${kind}: no email with only text`]),
  ])
}
