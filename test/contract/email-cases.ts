// Cases in which an email of a kind says something else, for emails.test.ts.
import type { DigestContent, DigestSection } from '../../src/digests/digest-content.ts'
import type { SourceNews } from '../../src/digests/sources-line.ts'
import type { Emails } from '../../src/emails/render-emails.ts'
import type { WelcomeEmail } from '../../src/emails/welcome-email.ts'
import type { RenderedEmail } from '../../src/mail/rendering/template.ts'
import type { ShownPaper } from '../../src/queries/reasons/shown-paper.ts'
import { closeSection, digest, paper, risingSection, samples, section, welcome } from '../support/emails.ts'
import { samplePaper } from '../support/sample-paper.ts'

export const DIGEST_CASES: Record<string, Partial<DigestContent>> = {
  'one paper of one topic': {},
  'one topic': { sections: [section('linear attention', 3)] },
  'several topics': { sections: [section('linear attention', 3), section('video', 12)] },
  'more topics than are named': {
    sections: [section('a', 3), section('b'), section('c', 14), section('d'), section('e')],
  },
  'topics that are phrases': { sections: [section('world models'), section('RAG OR retrieval')] },
  'a query as the name of its topic': { sections: [section('"state space" OR mamba')] },
  'a topic in Japanese': { sections: [section('言語モデル', 2)] },
  'a topic with accents': { sections: [section('Schrödinger', 1)] },
  'a topic with quotes and brackets': { sections: [section('Lin "α" <b>', 4), section('video', 2)] },
  'a topic with a limit of votes': { sections: [section('robots votes>=20', 7)] },
  'an author': { sections: [section('by Chen', 9)] },
  'an author and a topic': { sections: [section('by Chen', 9), section('a')] },
  'a topic and an author': { sections: [section('a', 6), section('by Chen', 9)] },
  'two authors': { sections: [section('by Chen'), section('by Gu', 2)] },
  'a topic and rising papers': { sections: [section('video', 3), risingSection(2)] },
  'a topic and rising papers of earlier days': {
    sections: [section('a', 3), risingSection(2, '2026-11-14')],
  },
  'a topic of another day and rising papers': {
    sections: [{ ...section('a'), ...on('2026-11-23') }, risingSection(2, '2026-11-14')],
  },
  'only one rising paper': { sections: [risingSection(1, '2026-11-14')] },
  'only rising papers': { sections: [risingSection(2)] },
  'a topic and near misses': { sections: [section('a', 3), closeSection(2)] },
  'only one near miss': { sections: [closeSection(1)] },
  'only near misses': { sections: [closeSection(2)] },
  'only a near miss of another day': {
    sections: [{ ...closeSection(1), ...on('2026-11-23', closeSection(1)) }],
  },
  'a title in Chinese': { sections: [{ ...section('video'), papers: [titled('语言模型')] }] },
  'a title without a visible letter': { sections: [{ ...section('video'), papers: [titled('<>')] }] },
  'a long title': {
    sections: [{ ...section('video'), papers: [titled('Linear attention for '.repeat(9))] }],
  },
  'short titles': { sections: [{ ...section('a'), papers: [titled('RAG'), titled('ToM')] }] },
  'more titles than an inbox shows': { sections: [section('a', 9)] },
  'another day': { sections: [{ ...section('a'), ...on('2026-11-23') }] },
  'several days': {
    sections: [
      { ...section('a'), ...on('2026-11-24') },
      { ...section('b'), ...on('2026-11-21') },
    ],
  },
  'one more paper beyond the cap': { more: 1 },
  'more papers beyond the cap': { more: 12 },
  'a week': { sections: [section('diffusion', 14)], week: { from: '2026-11-18', to: '2026-11-24' } },
  'a week with several topics': {
    sections: [section('diffusion', 14), section('video', 3)],
    week: { from: '2026-11-17', to: '2026-11-23' },
  },
  'a week with only near misses': {
    sections: [closeSection(2)],
    week: { from: '2026-11-18', to: '2026-11-24' },
  },
  'more than a week, after a pause': {
    sections: [section('diffusion', 14)],
    week: { from: '2026-11-10', to: '2026-11-23' },
  },
  'the best paper of a day': { sections: [section(null)], bestOf: '2026-11-23' },
  'the best papers of a day': { sections: [section(null, 15)], bestOf: '2026-11-23' },
  'the best papers of a day, and more beyond the cap': {
    sections: [section(null)],
    bestOf: '2026-11-23',
    more: 2,
  },
  'the best papers of a week': {
    sections: [section(null, 15)],
    bestOf: '2026-11-24',
    week: { from: '2026-11-18', to: '2026-11-24' },
  },
}

const nothing = { content: null, nothingMatched: true }
const topics = (count: number): string[] => Array.from({ length: count }, (_, i) => `topic ${i + 1}`)

export const WELCOME_CASES: Record<string, WelcomeEmail> = {
  'papers on a topic': welcome(),
  'one paper': welcome({}, { sections: [section('a')] }),
  'more papers beyond the cap': welcome({}, { more: 4 }),
  'the best papers of a day': welcome({}, { bestOf: '2026-11-23', sections: [section(null, 2)] }),
  'no match': welcome(nothing),
  'no match, and no date of the next digest': welcome({ ...nothing, next: null }),
  'no match yet, as papers are not looked for': welcome({ content: null }),
  'one match of today': welcome({ content: null, matchedToday: 1 }),
  'matches of today': welcome({ content: null, matchedToday: 3, mailedBefore: 2 }),
  'one match that an earlier email had': welcome({ content: null, mailedBefore: 1 }),
  'matches that an earlier email had': welcome({ content: null, mailedBefore: 2 }),
}

const ARXIV = ['cs.AI', 'cs.CL', 'cs.CV', 'cs.LG', 'cs.RO', 'math.ST', 'stat.ML'].map(
  (name) => `arxiv:${name}`,
)

/** What sources brought, for the line at the end of a digest. */
export const SOURCES_CASES: readonly SourceNews[][] = [
  [{ source: 'huggingface', brought: 1 }],
  [{ source: 'huggingface', brought: 31 }],
  [{ source: 'huggingface', day: '2026-11-23', brought: 30 }],
  ...(['none', 'notYet', 'weekend', 'holiday', 'repeated'] as const).map((brought) => [
    { source: 'huggingface', brought },
  ]),
  [
    { source: 'import', brought: 2 },
    { source: 'elsewhere', brought: 3 },
  ],
  [
    { source: 'arxiv:cs.AI', brought: 'holiday' },
    { source: 'arxiv:cs.CL', brought: 'holiday' },
    { source: 'arxiv:cs.RO', day: '2026-11-23', brought: 'holiday' },
  ],
  ARXIV.map((source) => ({ source, brought: 'notYet' })),
  Array.from({ length: 13 }, (_, n) => ({ source: `arxiv:cs.${10 + n}`, brought: 123 })),
  Array.from({ length: 40 }, (_, n) => ({ source: `arxiv:cs.${10 + n}`, brought: 123 })),
]

/** Queries that `NEAR_MISS` does not match, each for another reason. */
export const NEAR_MISS = samplePaper({
  id: 1,
  title: 'Linear Attention',
  abstract: 'We like robots.',
  authors: ['Albert Gu'],
  categories: ['cs.CV'],
  votes: 7,
})
export const NEAR_MISS_QUERIES = [
  'linear quantum',
  'linear attention quantum',
  '"attention linear" quantum',
  'attention -linear',
  'attention -robots',
  'linear cat:cs.LG votes>=5',
  'votes>=100',
  'title:attention title:robot abstract:robots survey',
  'title:"linear robots" abstract:quantum',
  'linear (title:robot or quantum)',
  'author:"Gu Albert" quantum',
  'linear (video or audio)',
]

/** What is known of a paper, from all to nothing. */
const PAPERS: readonly Partial<ShownPaper>[] = [
  {
    authors: Array.from({ length: 100 }, (_, i) => `Author ${i + 1}`),
    codeUrl: 'https://github.com/a/b',
    comments: 4,
    day: '2026-11-23',
    organization: 'Example University',
    isSummary: true,
  },
  { authors: ['A', 'B', 'C', 'D'], moreAuthors: 2_996 },
  {
    title: [{ text: 'A match in the title', marked: true }],
    reason: { kind: 'match', found: { title: ['title'] } },
    votes: 1,
  },
  { authors: [], snippet: [], reason: null, votes: null, path: '/elsewhere' },
]

/** Emails in which something is missing or added, by the name of their file. Their site has a privacy page. */
export const OTHER_CASES: Record<string, (emails: Emails) => RenderedEmail> = {
  'confirmation-former-subscriber': (emails) =>
    emails.confirmation({
      ...samples.confirmation,
      accountUrl: 'https://papers.example.org/account/c2FtcGxlLXRva2Vu',
    }),
  'confirmation-without-topics': (emails) => emails.confirmation({ ...samples.confirmation, topics: [] }),
  'confirmation-12-topics': (emails) => emails.confirmation({ ...samples.confirmation, topics: topics(12) }),
  'digest-papers': (emails) =>
    emails.digest(
      digest({
        sections: [{ ...section('a'), papers: PAPERS.map((known, i) => paper({ id: i + 1, ...known })) }],
      }),
    ),
  'welcome-no-match-12-topics': (emails) =>
    emails.welcome(welcome({ content: null, nothingMatched: true, topics: topics(12) })),
  'add-topics-one': (emails) => emails.addTopics({ ...samples.addTopics, topics: topics(1) }),
  'manage-link-asked': (emails) => emails.link('manage-link', { ...samples.manageLink, asked: true }),
  'note-since-last-year': (emails) => emails.noMatches({ ...samples.note, localDate: '2027-01-02' }),
  'note-weekly': (emails) => emails.noMatches({ ...samples.note, weekly: true }),
  'note-without-near-misses': (emails) => emails.noMatches({ ...samples.note, nearest: [] }),
  'note-14-topics': (emails) => emails.noMatches({ ...samples.note, topics: topics(14), nearest: [] }),
}

function titled(text: string): ShownPaper {
  return paper({ title: [{ text, marked: false }] })
}

function on(day: string, { papers }: DigestSection = section('a')): Pick<DigestSection, 'papers'> {
  return { papers: papers.map((one) => ({ ...one, day })) }
}
