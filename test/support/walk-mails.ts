import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { RenderedEmail } from '../../src/emails/email.ts'
import { openEmails } from '../../src/emails/emails.ts'
import type { LinkKind } from '../../src/emails/link-views.ts'
import { site } from './mails.ts'

const FOLDER = resolve(import.meta.dirname, '../../templates/emails')

/** Every mail: "digest", and "digest-titles" where there is a sample-titles.json. Known before anything is rendered. */
export const MAIL_NAMES = globSync('*/sample*.json', { cwd: FOLDER })
  .map((path) => dirname(path) + basename(path, '.json').slice('sample'.length))
  .sort()

/** Renders every sample there is of every template. */
export async function renderMails(): Promise<Map<string, RenderedEmail>> {
  const emails = await openEmails(site)
  const renderers = emails as unknown as Record<string, (sample: object) => RenderedEmail>
  return new Map(
    MAIL_NAMES.map((name) => {
      const { folder, file } = placeOf(name)
      const sample = JSON.parse(readFileSync(file, 'utf8'))
      const render = renderers[camelCase(folder)]
      return [name, render ? render(sample) : emails.link(folder as LinkKind, sample)]
    }),
  )
}

function placeOf(name: string): { folder: string; file: string } {
  const parts = name.split('-')
  for (let count = parts.length; count > 0; count--) {
    const folder = parts.slice(0, count).join('-')
    const file = join(FOLDER, folder, `${['sample', ...parts.slice(count)].join('-')}.json`)
    if (existsSync(file)) return { folder, file }
  }
  throw new Error(`no mail ${name}`)
}

const camelCase = (name: string): string =>
  name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
