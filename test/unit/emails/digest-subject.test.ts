import { describe, expect, test } from 'vitest'
import type { DigestContent } from '../../../src/digests/digest-content.ts'
import { digestSubject, preheaderOf } from '../../../src/emails/digest-subject.ts'
import { digestHeading, digestLead } from '../../../src/emails/digest-summary.ts'
import { counted, fill, words } from '../../../src/i18n/words.ts'
import type { ShownPaper } from '../../../src/queries/reasons/shown-paper.ts'
import { closeSection, digest, paper, section } from '../../support/emails.ts'

const { heading, lead, subject } = words.emails.digest

const titled = (title: string, changes: Partial<ShownPaper> = {}): ShownPaper =>
  paper({ title: [{ text: title, marked: false }], ...changes })

const inTitle: Partial<ShownPaper> = { reason: { kind: 'match', found: { title: ['agents'] } } }
const inAbstract: Partial<ShownPaper> = {
  reason: { kind: 'match', found: { abstract: ['agents'], votes: ['9'] } },
}

const contentOf = (
  topics: Record<string, ShownPaper[]>,
  changes: Partial<DigestContent> = {},
): DigestContent => {
  const sections = Object.entries(topics).map(([topic, papers]) => ({ ...section(topic), papers }))
  return digest({ sections, ...changes }).content
}

const WEAK = titled('OpenVLA: A Model', { ...inAbstract, votes: 99 })
const STRONG = titled('OpenSeeker: An Agent', { ...inTitle, votes: 96 })

describe('the subject of a digest', () => {
  test('names the strongest match, not the first paper, and its topic first', () => {
    const content = contentOf({ quantization: [WEAK], agents: [STRONG, titled('Another Agent', inTitle)] })
    const text = counted(2, subject.more, { name: 'OpenSeeker: An Agent' })
    expect(digestSubject(content)).toBe(fill(subject.ofTopics, { text, what: 'agents, quantization' }))
  })

  test('takes the paper with most votes among the best matches of topics', () => {
    const content = contentOf({
      a: [titled('Few', { ...inTitle, votes: 3 })],
      b: [titled('Many', { ...inTitle, votes: 4 })],
    })
    expect(digestSubject(content)).toMatch(/^Many/)
  })

  test('names only topics that fit', () => {
    const topics = Object.fromEntries([1, 2, 3, 4].map((n) => [`${n} ${'word '.repeat(5).trim()}`, [STRONG]]))
    const text = digestSubject(contentOf(topics))
    expect(text.length).toBeLessThanOrEqual(78)
    expect(text).toMatch(/\(1 [a-z ]+\)$/)
  })

  test('has no operator of a query', () => {
    const content = contentOf({ '"state space" OR mamba': [STRONG], 'robots votes>=20': [WEAK] })
    for (const text of [digestSubject(content), digestHeading(content), digestLead(content)])
      expect(text).not.toMatch(/\b(OR|AND|NOT)\b|>=/)
  })
})

describe('the heading of a digest', () => {
  test('names the two strongest papers, and counts what else matches and comes close', () => {
    const content = contentOf({ agents: [STRONG, titled('EnvHarness', inTitle), WEAK] })
    const withClose = { ...content, sections: [...content.sections, closeSection(2)] }
    const before = ['OpenSeeker', 'EnvHarness', counted(1, heading.more)].join(', ')
    const last = counted(2, heading.andClose)
    expect(digestHeading(withClose)).toBe(fill(heading.several, { before, last }))
  })

  test('names one paper if two names are too long', () => {
    const long = titled('Attention '.repeat(9).trim(), inTitle)
    expect(digestHeading(contentOf({ agents: [long, STRONG] }))).toMatch(/^Attention [^,]*…[^,]*$/)
  })

  test('has the number of papers if their titles have no letter', () => {
    expect(digestHeading(contentOf({ agents: [titled('')] }))).toBe(counted(1, words.counts.newPaper))
  })
})

describe('the lead of a digest', () => {
  test('says which of two papers matches which topic, in the order of the heading', () => {
    const content = contentOf({ quantization: [WEAK], 'world models': [STRONG] })
    const first = fill(words.query.quoted, { text: 'world models' })
    expect(digestLead(content)).toBe(fill(lead.pair, { first, second: 'quantization' }))
  })

  test('says when papers were listed only if none are of today', () => {
    const old = { day: '2026-11-23' }
    expect(digestLead(contentOf({ a: [titled('A', old)], b: [titled('B')] }))).not.toContain('23')
    expect(digestLead(contentOf({ a: [titled('A', old)] }))).toContain('23')
  })
})

describe('the preview line of a digest', () => {
  const line = (titles: string[]) =>
    preheaderOf(contentOf({ a: [STRONG, ...titles.map((title) => titled(title))] }))

  test('has whole titles of the other papers, as many as fit', () => {
    const titles = [
      'A Title of Thirty Characters..',
      'Another of Thirty Characters..',
      'A Third of Thirty Characters..',
    ]
    expect(line(titles)).toBe(titles.slice(0, 2).join(' · '))
  })

  test('has the name of a paper whose title is too long, and never an ellipsis behind a dot', () => {
    const long = `TriAttention: ${'Long Reasoning '.repeat(9)}`.trim()
    const other = 'A Title of More than Forty Characters, Whole'
    expect(line([long, other])).toBe(`TriAttention · ${other}`)
  })
})
