import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { LinkKind } from '../../src/emails/link-emails.ts'
import { type Emails, openEmails } from '../../src/emails/render-emails.ts'
import { MAIL_KINDS, type MailKind, type RenderedEmail } from '../../src/mail/rendering/template.ts'
import type { ShownPaper } from '../../src/queries/reasons/shown-paper.ts'
import { digest, paper, samples, site } from './emails.ts'

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

/** As they matched a topic; as the best of a day, which matched nothing. */
const MATCHED = [
  matched(1, ['', 'Diffusion', ' Models That Forget'], 41),
  matched(2, ['Faster ', 'Diffusion', ' on Graphs'], 12),
  matched(3, ['Where ', 'Diffusion', ' Ends'], 3),
]
const BEST = MATCHED.map((one) => ({
  ...one,
  title: [{ text: one.title.map(({ text }) => text).join(''), marked: false }],
  reason: null,
}))

const risen = (paper: ShownPaper): ShownPaper => ({
  ...paper,
  reason: { kind: 'match', found: { title: ['diffusion'], votes: ['23'] } },
  rising: ['diffusion votes>=20'],
  votes: 23,
  day: '2026-11-17',
})

/** Papers that come close to a topic: the first, the second. */
const near = (paper: ShownPaper, i: number): ShownPaper => ({
  ...paper,
  title: [{ text: paper.title.map(({ text }) => text).join(''), marked: false }],
  reason: { kind: 'close', terms: [['graphs'], ['sampling']][i]! },
  closeTo: { topic: ['quantum graphs', 'sampling schedules'][i]!, topicId: 32 - i },
})

function matched(id: number, [before, met, after]: [string, string, string], votes: number): ShownPaper {
  const runs = [before, met, after].map((text, i) => ({ text, marked: i === 1 }))
  return paper({
    id,
    title: runs.filter(({ text }) => text !== ''),
    path: `/papers/2511.1700${id}`,
    snippet: [{ text: 'We look at it from all sides.', marked: false }],
    reason: { kind: 'match', found: { title: ['diffusion'] } },
    votes,
    day: '2026-11-23',
  })
}

/** Forms that an email has besides that of its sample. */
const FORMS: Record<string, (emails: Emails) => RenderedEmail> = {
  'digest-titles': (emails) => emails.digest({ ...samples.digest, detail: 'titles' }),
  'digest-week': (emails) =>
    emails.digest(
      digest({
        sections: [{ topic: 'diffusion', topicId: 31, papers: MATCHED }],
        week: { from: '2026-11-17', to: '2026-11-23' },
      }),
    ),
  'digest-best': (emails) =>
    emails.digest(digest({ sections: [{ topic: null, topicId: null, papers: BEST }], bestOf: '2026-11-23' })),
  'digest-rising': (emails) =>
    emails.digest(
      digest({
        sections: [
          { topic: 'diffusion', topicId: 31, papers: MATCHED.slice(0, 1) },
          { topic: null, topicId: null, rising: true, papers: MATCHED.slice(1).map(risen) },
        ],
      }),
    ),
  'digest-close': (emails) =>
    emails.digest(
      digest({
        sections: [
          { topic: 'diffusion', topicId: 31, papers: MATCHED.slice(0, 1) },
          { topic: null, topicId: null, close: true, papers: MATCHED.slice(1).map(near) },
        ],
      }),
    ),
  'digest-only-close': (emails) =>
    emails.digest(
      digest({
        sections: [{ topic: null, topicId: null, close: true, papers: MATCHED.slice(1).map(near) }],
      }),
    ),
  'digest-crowded': (emails) =>
    emails.digest(
      digest({ sections: [{ topic: 'x'.repeat(200), topicId: 31, papers: [crowded] }], more: 3 }),
    ),
  'digest-small-week': (emails) =>
    emails.digest({
      ...digest({ sections: [{ topic: 'diffusion', topicId: 31, papers: MATCHED.slice(0, 1) }] }),
      lastWeek: { emails: 5, papers: 8 },
    }),
  'goodbye-reported': (emails) => emails.goodbye({ ...samples.goodbye, reported: true }),
}

/** All kinds and forms of emails, known before one is rendered. */
export const MAIL_NAMES = [...MAIL_KINDS, ...Object.keys(FORMS)].sort()

export async function renderMails(): Promise<Map<string, RenderedEmail>> {
  const emails = await openEmails(site)
  return new Map(
    MAIL_NAMES.map((name) => [
      name,
      FORMS[name] ? FORMS[name](emails) : renderSample(emails, name as MailKind),
    ]),
  )
}

/** A template's sample.json, rendered by the function with the name of its folder; a note by `noMatches`. */
function renderSample(emails: Emails, folder: MailKind): RenderedEmail {
  const sample = JSON.parse(readFileSync(join(FOLDER, folder, 'sample.json'), 'utf8'))
  if (folder === 'note') return emails.noMatches(sample)
  const render = (emails as unknown as Record<string, (sample: object) => RenderedEmail>)[camelCase(folder)]
  return render ? render(sample) : emails.link(folder as LinkKind, sample)
}

const camelCase = (name: string): string =>
  name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
