import { globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { RenderedEmail } from '../../src/emails/email.ts'
import { type Emails, openEmails } from '../../src/emails/emails.ts'
import type { LinkKind } from '../../src/emails/link-views.ts'
import { digest, paper, samples, section, site } from './mails.ts'

const FOLDER = resolve(import.meta.dirname, '../../templates/emails')

const crowded = paper({
  title: [
    {
      text: `A Title without End ${'Supercalifragilisticexpialidocious'.repeat(4)} 大语言模型的线性注意力`,
      marked: false,
    },
  ],
  authors: ['欧阳修', ...Array.from({ length: 99 }, (_, i) => `Author ${i}`)],
  codeUrl: 'https://github.com/a/b',
  comments: 4,
})

/** Forms that a mail takes besides that of its sample. */
const FORMS: Record<string, (emails: Emails) => RenderedEmail> = {
  'digest-titles': (emails) => emails.digest({ ...samples.digest, detail: 'titles' }),
  'digest-week': (emails) =>
    emails.digest(
      digest({ sections: [section('diffusion', 3)], week: { from: '2026-11-17', to: '2026-11-23' } }),
    ),
  'digest-best': (emails) => emails.digest(digest({ sections: [section(null, 3)], bestOf: '2026-11-23' })),
  'digest-crowded': (emails) =>
    emails.digest(
      digest({ sections: [{ topic: 'x'.repeat(200), topicId: 31, papers: [crowded] }], more: 3 }),
    ),
}

const FOLDERS = globSync('*/sample.json', { cwd: FOLDER }).map((path) => dirname(path))

/** Every mail in every form. Known before anything is rendered. */
export const MAIL_NAMES = [...FOLDERS, ...Object.keys(FORMS)].sort()

export async function renderMails(): Promise<Map<string, RenderedEmail>> {
  const emails = await openEmails(site)
  return new Map(
    MAIL_NAMES.map((name) => [name, FORMS[name] ? FORMS[name](emails) : renderSample(emails, name)]),
  )
}

/** A template's sample.json, rendered by the function that has the folder's name. */
function renderSample(emails: Emails, folder: string): RenderedEmail {
  const sample = JSON.parse(readFileSync(join(FOLDER, folder, 'sample.json'), 'utf8'))
  const render = (emails as unknown as Record<string, (sample: object) => RenderedEmail>)[camelCase(folder)]
  return render ? render(sample) : emails.link(folder as LinkKind, sample)
}

const camelCase = (name: string): string =>
  name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
