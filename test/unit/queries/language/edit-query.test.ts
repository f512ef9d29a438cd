import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  authorQuery,
  follow,
  mute,
  type QueryEdit,
  requireVotes,
} from '../../../../src/queries/language/edit-query.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { splitTopics } from '../../../../src/queries/language/split-topics.ts'
import { evaluate } from '../../../../src/queries/matching/evaluate.ts'
import { type PaperText, toPaperText } from '../../../../src/queries/text/tokens.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const outcome = ({ query, refused }: QueryEdit): string => query ?? `refused: ${refused}`

test.each<[query: string, word: string, expected: string]>([
  ['attention', 'survey', 'attention -survey'],
  ['"linear attention" votes>=20', 'robot', '"linear attention" votes>=20 -robot'],
  ['linear OR sparse', 'survey', '(linear OR sparse) -survey'],
  ['linear or sparse', 'linear', '(linear or sparse) -linear'],
  ['linear OR sparse -survey', 'sparse', '(linear OR sparse -survey) -sparse'],
  ['attention', 'state space', 'attention -"state space"'],
  ['attention', 'ANDNOT', 'attention -"ANDNOT"'],
  ['attention', 'vision-language', 'attention -vision-language'],
  ['title:linear', 'robots', 'title:linear -robots'],
  ['attention', '„robot“ arm', 'attention -"robot arm"'],
  // sentences, and text of an old link
  [
    'attention, memory and recall in transformers with linear cost',
    'survey',
    '(attention, memory and recall in transformers with linear cost) -survey',
  ],
  ['attention, but not robots', 'survey', '(attention, but not robots) -survey'],
  ['attention', 'papers', 'attention -"papers"'],
  ['au:gu+AND+ti:%28mamba%29', 'survey', 'author:gu title:mamba -survey'],
  // nothing would match then
  ['attention', 'attention', 'refused: nothing'],
  ['models', 'model', 'refused: nothing'],
  ['linear attention', 'attention', 'refused: nothing'],
  ['"linear attention"', 'attention', 'refused: nothing'],
  ['title:attention', 'attention', 'refused: nothing'],
  ['linear (attention OR "attention head")', 'attention', 'refused: nothing'],
  ['attention', 'linear attention', 'attention -"linear attention"'],
  ['rag', 'RAG', 'rag -RAG'],
  ['RAG', 'rag', 'refused: nothing'],
  ['author:kernel', 'kernel', 'author:kernel -kernel'],
  // it says so already
  ['attention -survey', 'surveys', 'refused: already'],
  ['attention -survey', 'long survey', 'refused: already'],
  ['attention -(survey OR review)', 'review', 'refused: already'],
  ['attention -"long survey"', 'survey', 'attention -"long survey" -survey'],
  // no one can search for it
  ['attention', 'the', 'refused: cannot'],
  ['attention', '…', 'refused: cannot'],
])('mute(%s, %s) is %s', (query, word, expected) => expect(outcome(mute(query, word))).toBe(expected))

test('an edit that would be too long is refused', () => {
  const long = `attention -"${'x'.repeat(1975)} yyyy"`
  expect(outcome(mute(long, 'bees'))).toBe(`${long} -bees`)
  expect(outcome(mute(long, 'survey'))).toBe('refused: cannot')
})

test.each<[query: string, name: string, expected: string]>([
  ['attention', 'Albert Gu', 'attention OR author:"Albert Gu"'],
  ['attention votes>=20 -survey', 'LeCun', 'attention votes>=20 -survey OR author:LeCun'],
  ['linear or sparse', '王瑞金', 'linear or sparse OR author:王瑞金'],
  ['attention', 'J.-P. "Joe" Or', 'attention OR author:"J.-P. Joe Or"'],
  ['attention OR author:gu', 'Albert Gu', 'refused: already'],
  ['attention author:gu', 'Albert Gu', 'attention author:gu OR author:"Albert Gu"'],
  ['attention', '?', 'refused: cannot'],
])('follow(%s, %s) is %s', (query, name, expected) => expect(outcome(follow(query, name))).toBe(expected))

test('a single author is a query, unless the name has no word', () => {
  expect(['Albert Gu', 'LeCun', '—'].map(authorQuery)).toEqual(['author:"Albert Gu"', 'author:LeCun', null])
})

test.each<[query: string, expected: string]>([
  ['attention', 'attention votes>=20'],
  ['linear OR sparse', '(linear OR sparse) votes>=20'],
  ['attention votes>=5', 'attention votes>=20'],
  ['upvotes > 4 attention', 'votes>=20 attention'],
  ['votes>=5', 'votes>=20'],
  ['"votes>=5" attention votes>=5', '"votes>=5" attention votes>=20'],
  ['attention votes>=20', 'refused: already'],
  ['attention votes>=50 OR linear votes>=30', 'refused: already'],
  ['attention votes>=50 OR linear', '(attention votes>=50 OR linear) votes>=20'],
  ['attention -votes>=100', 'attention -votes>=100 votes>=20'],
  ['attention -votes>=20', 'refused: nothing'],
])('requireVotes(%s, 20) is %s', (query, expected) => expect(outcome(requireVotes(query, 20))).toBe(expected))

describe('an edit of any query', () => {
  const WORDS = ['linear', 'attention', 'RAG', 'rag', 'survey', 'robots']
  const word = fc.constantFrom(...WORDS)
  const phrase = fc.tuple(word, word).map((both) => `"${both.join(' ')}"`)
  const term = fc.oneof(
    { weight: 4, arbitrary: word },
    phrase,
    word.map((text) => `title:${text}`),
    word.map((text) => `keyword:${text}`),
    fc.constantFrom('author:gu', 'author:"Tri Dao"', 'cat:cs.LG', 'has:code'),
    fc.constantFrom('votes>=5', 'votes>20', '-votes>=30'),
  )
  const query = fc
    .letrec<{ query: string }>((tie) => ({
      query: fc.oneof(
        { depthSize: 'small' },
        term,
        fc
          .tuple(tie('query'), fc.constantFrom(' ', ' OR ', ' or ', ' AND '), tie('query'))
          .map((p) => p.join('')),
        tie('query').map((part) => `(${part})`),
        fc.tuple(tie('query'), tie('query')).map(([one, other]) => `${one} -(${other})`),
        fc.tuple(word, tie('query')).map(([field, part]) => `${field} title:(${part})`),
      ),
    }))
    .query.filter(isReadable)

  function isReadable(text: string): boolean {
    try {
      return Boolean(parseQuery(text))
    } catch {
      return false
    }
  }

  const someWords = fc.array(word, { maxLength: 4 })
  const paper: fc.Arbitrary<PaperText> = fc
    .record({
      title: someWords.map((words) => words.join(' ')),
      abstract: someWords.map((words) => words.join(' ')),
      keywords: fc.array(word, { maxLength: 2 }),
      authors: fc.subarray(['Albert Gu', 'Tri Dao', 'Yann LeCun']),
      categories: fc.subarray(['cs.LG']),
      codeUrl: fc.constantFrom(null, 'https://example.org/code'),
      votes: fc.option(fc.integer({ min: 0, max: 40 })),
    })
    .map((fields) => toPaperText(samplePaper(fields)))
  const papers = fc.array(paper, { minLength: 8, maxLength: 8 })

  /** Every edit is one topic, and says what it should of each paper; a refusal says the truth. */
  function check(
    edit: QueryEdit,
    { before, part, papers }: { before: string; part: string; papers: PaperText[] },
    join: (had: boolean, met: boolean) => boolean,
  ): void {
    const matches = (text: string, one: PaperText) => evaluate(parseQuery(text), one) !== null
    const meant = papers.map((one) => join(matches(before, one), matches(part, one)))
    if (edit.query !== undefined) {
      expect(splitTopics(edit.query)).toEqual([edit.query])
      expect(papers.map((one) => matches(edit.query, one))).toEqual(meant)
    } else {
      expect(edit.refused).not.toBe('cannot')
      const now = papers.map((one) => edit.refused === 'already' && matches(before, one))
      expect(meant).toEqual(now)
    }
  }

  const RUNS = { numRuns: 500 }

  test('that mutes a word removes its papers, and no others', () => {
    fc.assert(
      fc.property(query, fc.oneof(word, phrase), papers, (before, part, papers) => {
        check(mute(before, part), { before, part, papers }, (had, met) => had && !met)
      }),
      RUNS,
    )
  })

  test('that follows an author adds their papers, and no others', () => {
    const names = fc.constantFrom('Albert Gu', 'Tri Dao', 'Yann LeCun')
    fc.assert(
      fc.property(query, names, papers, (before, name, papers) => {
        check(follow(before, name), { before, part: authorQuery(name)!, papers }, (had, met) => had || met)
      }),
      RUNS,
    )
  })

  test('that requires votes removes papers with fewer, and no others', () => {
    fc.assert(
      fc.property(query, fc.integer({ min: 1, max: 40 }), papers, (before, least, papers) => {
        check(
          requireVotes(before, least),
          { before, part: `votes>=${least}`, papers },
          (had, met) => had && met,
        )
      }),
      RUNS,
    )
  })

  test('that cannot be read is refused with the error of the parser', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, word) => {
        const edits = [() => mute(before, word), () => follow(before, word), () => requireVotes(before, 20)]
        if (!isReadable(before)) for (const edit of edits) expect(edit).toThrow(/query|word|bracket|quot/i)
        else
          for (const { query: after } of edits.map((edit) => edit()))
            if (after !== undefined) expect(isReadable(after)).toBe(true)
      }),
    )
  })
})
