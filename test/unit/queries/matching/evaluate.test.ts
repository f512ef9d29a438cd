import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { words as catalogue, fill } from '../../../../src/i18n/words.ts'
import type { Paper } from '../../../../src/papers/paper.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { evaluate } from '../../../../src/queries/matching/evaluate.ts'
import type { Query } from '../../../../src/queries/query.ts'
import { shortfallOf } from '../../../../src/queries/reasons/nearness.ts'
import { reasonSentence } from '../../../../src/queries/reasons/reason-text.ts'
import { toPaperText } from '../../../../src/queries/text/tokens.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const word = (text: string): Query => ({ kind: 'word', field: 'any', text })
const reasonFor = (query: string, facts: Partial<Paper>) =>
  evaluate(parseQuery(query), toPaperText(samplePaper(facts)))
const matched = (what: string) => fill(catalogue.reason.matched, { what })

describe('words in a title', () => {
  test.each<[query: string, title: string, matches: boolean]>([
    // any inflection, any case, whole words
    ['models', 'A Model of Attention', true],
    ['model', 'Modelling attention', true],
    ['attention', 'ATTENTION is all', true],
    ['tension', 'Attention is all', false],
    ['renyi', 'On Rényi entropy', true],
    ['Rényi', "On R\\'enyi entropy", true],
    ['general', 'Generative models', false],
    // acronyms
    ['RAG', 'RAG for all', true],
    ['RAG', 'RAGs for all', true],
    ['RAG', 'a RAG-based method', true],
    ['RAG', 'a multi-RAG method', true],
    ['RAG', 'a rag doll', false],
    ['RAG', 'Rag dolls', false],
    ['RAG', 'RAGE against', false],
    ['rag', 'RAG for all', true],
    ['RAGs', 'RAG for all', true],
    ['ToM', 'ToM in agents', true],
    ['ToM', 'Tom and agents', false],
    ['LLM', 'LLMs as judges', true],
    ['llms', 'An LLM as judge', true],
    ['gpu', 'Fast on GPUs', true],
    ['LLM-based', 'LLM based agents', true],
    ['LLM-based', 'Llm based agents', false],
    ['R-CNN', 'Faster RCNN', true],
    ['R-CNN', 'Faster Rcnn', false],
    ['U-Net', 'Unet again', true],
    // hyphens, phrases, blanks
    ['vision-language', 'A vision-language model', true],
    ['vision-language', 'Vision language models', true],
    ['vision-language', 'VisionLanguage models', true],
    ['vision-language', 'Language and vision', false],
    ['vision-language', 'Vision and language', false],
    ['"vision language"', 'A vision-language model', true],
    ['"vision language"', 'A visionlanguage model', true],
    ['"vision language model"', 'Visionlanguage models', true],
    ['"vision language model"', 'Vision languagemodels', true],
    ['vision language', 'Language for vision', true],
    ['vision language', 'Visionlanguage', false],
    ['vision', 'A vision-language model', true],
    ['state-of-the-art', 'State of the art', true],
    ['"mixture of experts"', 'A mixture of expert', true],
    ['"mixture of experts"', 'A mixture with experts', false],
    ['multi-agent', 'Multiagent systems', true],
    ['multiagent', 'Multi-agent systems', true],
    ['multimodal', 'A multi modal model', true],
    ['"multimodal models"', 'A multi-modal model', true],
    ['"multimodal models"', 'Multimodal model', true],
    ['pretraining', 'Pre-trained models', true],
    ['spatiotemporal', 'Spatio‑temporal data', true],
    ['nonlinear', 'Non-linear control', true],
    ['zeroshot', 'Zero-shot transfer', true],
    ['multiple', 'A multi ple', false],
    ['multimodal', 'Modal logic, multi-agent', false],
    ['state-of-the-art', 'A stateoftheart method', true],
    ['chain\u2010of\u2011thought', 'Chain–of—thought and chains', true],
    ['chain of\u2212thought', 'Chain-of-thoughts', true],
    ['"chain of thought"', 'A chain‑of‑thought method', true],
    ['vision-language-action-model', 'Vision–language action‐models', true],
    ['text-to-image-to-video', 'Text to image to video', true],
    ['"text to image to video"', 'A text‐to‑image–to—video model', true],
    ['text-to-image-to-video', 'A text-to-image-tovideo model', true],
    ['text-to-image-to-video', 'A text-to-video model', false],
    ['human-in-the-loop-learning-systems', 'Human-in-the-loop learning system', true],
    ['"linear attention"', 'linear linear attention', true],
    // signs
    ['C++', 'Code in C++', true],
    ['C++', 'Code in C', false],
    ['C', 'Code in C++', false],
    ['GPT-4o', 'With GPT-4o', true],
    ['GPT-4', 'With GPT-4o', false],
    ['3D', 'In 3d scenes', true],
    ['G^2', 'The G$^2$ method', true],
    ['Σ', 'A σ algebra', true],
    ['Qwen2', 'Qwen2.5 report', false],
    // operators
    ['linear OR vision', 'On vision', true],
    ['linear vision', 'On vision', false],
    ['vision NOT survey', 'On vision', true],
    ['vision NOT survey', 'Vision, surveyed', false],
    ['vision (linear OR NOT survey)', 'On vision', true],
    ['vision (linear OR NOT survey)', 'A survey of vision', false],
  ])('%s in "%s": %s', (query, title, matches) => expect(reasonFor(query, { title }) !== null).toBe(matches))
})

const paper: Partial<Paper> = {
  title: 'Linear Attention for $\\textbf{LLMs}$',
  abstract: 'We make attention linear, for vision and LLMs alike. Linear  attention wins.',
  authors: ['Albert Gu', 'Łukasz Kaiser', 'A. Geiger'],
  categories: ['cs.LG', 'cs.CL'],
  keywords: ['state-space models', 'kernel trick'],
  organization: 'Hugging Face',
  codeUrl: 'https://example.org/code',
  votes: 41,
}

describe('fields', () => {
  test.each<[query: string, matches: boolean]>([
    ['title:linear', true],
    ['title:vision', false],
    ['abstract:vision', true],
    ['abstract:kernel', false],
    ['vision', true],
    ['kernel', true],
    ['keyword:kernel', true],
    ['keyword:"models kernel"', false],
    ['keyword:linear', false],
    ['author:gu', true],
    ['author:GU', true],
    ['author:"Albert Gu"', true],
    ['author:"Gu Albert"', true],
    ['author:"Albert Kaiser"', false],
    ['author:albert_gu', true],
    ['author:lukasz', true],
    ['author:geigers', false],
    ['gu', false],
    ['org:"hugging face"', true],
    ['org:HuggingFace', false],
    ['org:hugging-face', true],
    ['org:faces', false],
    ['cat:cs.LG', true],
    ['cat:cs', true],
    ['cat:cs.CV', false],
    ['cat:math', false],
    ['has:code', true],
    ['votes>=41', true],
    ['votes>=42', false],
  ])('%s: %s', (query, matches) => expect(reasonFor(query, paper) !== null).toBe(matches))

  test('unknown votes do not match a limit', () => {
    expect(reasonFor('votes>=0', { votes: null })).toBeNull()
    expect(reasonFor('has:code', { codeUrl: null })).toBeNull()
    expect(reasonFor('org:x', { organization: null })).toBeNull()
  })
})

describe('a paper of which only newer versions were listed', () => {
  const revised = { title: 'Linear Attention', revisedDay: '2026-11-24', onlyRevised: true }

  test.each([
    ['attention', false],
    ['attention is:revised', true],
    ['is:revised', true],
    ['missing OR (attention is:revised)', true],
    ['attention -is:revised', false],
    ['missing is:revised', false],
  ])('%s: %s', (query, matches) => expect(reasonFor(query, revised) !== null).toBe(matches))

  test('says of which day the newer version is', () => {
    expect(reasonSentence(reasonFor('attention is:revised', revised)!)).toBe(
      matched('attention, in the title; newer version of 24 Nov'),
    )
  })

  test('one that was listed as new too matches both ways', () => {
    const both = { ...revised, onlyRevised: false }
    expect(reasonFor('attention', both)).not.toBeNull()
    expect(reasonFor('is:revised', both)).not.toBeNull()
    expect(reasonFor('is:revised', { revisedDay: null })).toBeNull()
  })
})

describe('one paper', () => {
  const named = toPaperText(samplePaper({ id: 17, arxivId: '2507.06457', doi: '10.1000/1' }))

  test.each(['2507.06457', 'doi:10.1000/1', 'id:17'])('matches its name %s', (name) => {
    expect(evaluate({ kind: 'paper', name }, named)?.matches).toEqual([
      { term: `paper:${name}`, where: 'paper', found: name },
    ])
  })

  test('matches no other name', () => {
    for (const name of ['2507.06458', '10.1000/1', 'doi:null', 'hep-th/9901001'])
      expect(evaluate({ kind: 'paper', name }, named)).toBeNull()
  })

  test('is named in the reason', () => {
    const either: Query = { kind: 'or', parts: [{ kind: 'paper', name: '2507.06457' }, word('missing')] }
    expect(reasonSentence(evaluate(either, named)!)).toBe(matched('the paper arXiv:2507.06457'))
    expect(shortfallOf(either, toPaperText(samplePaper())).missing).toEqual([
      'the paper arXiv:2507.06457 or missing',
    ])
  })
})

describe('some of several parts', () => {
  const someOf = (least: number, ...texts: string[]): Query => ({
    kind: 'some',
    least,
    parts: texts.map(word),
  })
  const title = toPaperText(samplePaper({ title: 'Linear attention for robots' }))

  test.each<[Query, met: string[] | null]>([
    [someOf(1, 'linear', 'quantum'), ['linear']],
    [someOf(2, 'linear', 'quantum', 'robot'), ['linear', 'robot']],
    [someOf(2, 'linear', 'quantum', 'sea'), null],
    [someOf(3, 'linear', 'attention', 'robot'), ['linear', 'attention', 'robot']],
    [{ kind: 'not', part: someOf(2, 'linear', 'robot') }, null],
    [{ kind: 'and', parts: [word('attention'), { kind: 'not', part: someOf(1, 'sea') }] }, ['attention']],
  ])('%j', (query, met) =>
    expect(evaluate(query, title)?.matches.map(({ term }) => term) ?? null).toEqual(met),
  )

  test('says how many more are missing, and of which', () => {
    const missing = (query: Query) => shortfallOf(query, title).missing
    expect(missing(someOf(3, 'linear', 'quantum', 'sea', 'deep'))).toEqual([
      'at least 2 of: quantum, sea, deep',
    ])
    expect(missing(someOf(2, 'linear', 'quantum'))).toEqual(['quantum'])
    expect(missing(someOf(1, 'linear', 'quantum'))).toEqual([])
  })
})

describe('the reason', () => {
  test('has the first place in the title and in the abstract, in the plain text', () => {
    expect(reasonFor('"linear attention"', paper)).toEqual({
      matches: [
        { term: 'linear attention', where: 'title', found: 'Linear Attention', at: [0, 16] },
        { term: 'linear attention', where: 'abstract', found: 'Linear attention', at: [53, 69] },
      ],
    })
    expect(reasonFor('LLM', paper)?.matches[0]).toEqual({
      term: 'LLM',
      where: 'title',
      found: 'LLMs',
      at: [21, 25],
    })
  })

  test('has the title first, without what is under NOT, and each term once', () => {
    const reason = reasonFor('vision attention attention NOT survey', paper)
    expect(reason?.matches.map(({ term, where }) => `${term} ${where}`)).toEqual([
      'attention title',
      'vision abstract',
      'attention abstract',
    ])
  })

  test('has every alternative that matches, up to 20', () => {
    const words = Array.from({ length: 30 }, (_, i) => `word${i}`)
    const reason = reasonFor(words.join(' OR '), { title: words.slice(5).join(' ') })
    expect(reason?.matches.map(({ term }) => term)).toEqual(words.slice(5, 25))
  })

  test.each([
    ['"linear attention"', matched('linear attention, in the title')],
    ['vision', matched('vision, in the abstract')],
    ['LLM attention vision', matched('LLM and attention, in the title; vision, in the abstract')],
    ['kernel', matched('kernel, in the keywords')],
    ['au:gu cat:cs has:code votes>=3', matched('author Albert Gu; category cs.LG; with code; 41 votes')],
    ['org:hugging', fill(catalogue.reason.onlyOrg, { found: 'Hugging Face' })],
    ['author:gu', fill(catalogue.reason.onlyAuthor, { found: 'Albert Gu' })],
    ['author:gu OR author:albert', fill(catalogue.reason.onlyAuthor, { found: 'Albert Gu' })],
    ['attention NOT survey', matched('attention, in the title')],
    ['linear or Linear or missing', matched('linear, in the title')],
  ])('%s as a sentence: %s', (query, sentence) => {
    const reason = reasonFor(query, paper)
    expect(reason && reasonSentence(reason)).toBe(sentence)
  })

  test('keeps terms in the order of the query', () => {
    const reason = reasonFor('alpha beta', { title: 'Beta of alpha', abstract: 'Alpha.' })!
    expect(reasonSentence(reason)).toBe(matched('alpha and beta, in the title'))
  })

  test('cuts a long list of terms, and writes one vote in the singular', () => {
    const words = Array.from({ length: 9 }, (_, i) => `word${i}`)
    expect(reasonSentence(reasonFor(words.join(' '), { title: words.join(' ') })!)).toBe(
      matched('word0, word1, word2, word3, word4 and 4 more, in the title'),
    )
    expect(reasonSentence(reasonFor('votes>=1', { votes: 1 })!)).toBe(matched('1 vote'))
  })
})

describe('why a paper does not match', () => {
  test.each<[query: string, missing: string[], unwanted: string[]]>([
    ['linear', [], []],
    ['linear quantum', ['quantum'], []],
    ['linear NOT vision', [], ['vision, in the abstract']],
    ['quantum "deep sea" NOT (LLM or x)', ['quantum', 'the phrase “deep sea”'], ['LLM, in the title']],
    ['linear (quantum or sea)', ['quantum or sea'], []],
    ['linear NOT (vision NOT quantum)', [], ['vision, in the abstract']],
    ['linear NOT (NOT quantum)', ['quantum'], []],
    ['title:vision votes>=50', ['a title with vision', '50 or more votes'], []],
  ])('%s', (query, missing, unwanted) =>
    expect(shortfallOf(parseQuery(query), toPaperText(samplePaper(paper)))).toEqual({ missing, unwanted }),
  )
})

describe('any tree on any paper', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('linear', 'LLM', 'vision-language', 'x'),
  )
  const { query } = fc.letrec<{ query: Query; leaf: Query }>((tie) => ({
    leaf: fc.oneof(
      fc.record({
        kind: fc.constantFrom('word', 'phrase'),
        field: fc.constantFrom('any', 'title', 'abstract', 'author', 'keyword', 'org'),
        text,
      }) as fc.Arbitrary<Query>,
      fc.record({ kind: fc.constant('votes' as const), least: fc.nat() }),
      fc.constantFrom<Query>(
        { kind: 'has-code' },
        { kind: 'category', value: 'cs' },
        { kind: 'paper', name: 'id:1' },
        { kind: 'paper', name: '2507.06457' },
      ),
    ),
    query: fc.oneof(
      { depthSize: 'small' },
      tie('leaf'),
      fc.record({ kind: fc.constant('not' as const), part: tie('query') }),
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        parts: fc.array(tie('query'), { minLength: 1 }),
      }),
      fc.record({
        kind: fc.constant('some' as const),
        least: fc.integer({ min: 1, max: 3 }),
        parts: fc.array(tie('query'), { minLength: 1 }),
      }),
    ),
  }))
  const papers = fc.record({ title: text, abstract: text, authors: fc.array(text), keywords: fc.array(text) })

  test('matches or does not match, never both, and places are within their texts', () => {
    fc.assert(
      fc.property(query, papers, (tree, facts) => {
        const read = toPaperText(samplePaper(facts))
        const reason = evaluate(tree, read)
        expect(evaluate({ kind: 'not', part: tree }, read) === null).toBe(reason !== null)
        for (const { where, found, at } of reason?.matches ?? []) {
          if (where === 'title' || where === 'abstract') expect(read[where].text.slice(...at!)).toBe(found)
          expect(found).not.toBe('')
        }
      }),
      // A name without a word met an author without a name.
      {
        examples: [
          [
            { kind: 'word', field: 'author', text: '' },
            { title: '', abstract: '', authors: [''], keywords: [] },
          ],
        ],
      },
    )
  })
})
