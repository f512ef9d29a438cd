import { describe, expect, test } from 'vitest'
import { markedRuns, SNIPPET_LENGTH, snippetOf } from '../../../src/digests/snippet.ts'

/** Runs as text, with [ ] around what is marked. */
const shown = (runs: { text: string; marked: boolean }[]) =>
  runs.map(({ text, marked }) => (marked ? `[${text}]` : text)).join('')

const words = (count: number) => Array.from({ length: count }, (_, i) => `word${i}`).join(' ')

describe('marks', () => {
  const text = 'Linear attention, at last'
  test.each<[string, [number, number][], string]>([
    ['none', [], 'Linear attention, at last'],
    ['at the start', [[0, 6]], '[Linear] attention, at last'],
    ['at the end', [[21, 25]], 'Linear attention, at [last]'],
    [
      'in any order',
      [
        [21, 25],
        [0, 6],
      ],
      '[Linear] attention, at [last]',
    ],
    [
      'that overlap or touch are one',
      [
        [0, 9],
        [7, 12],
        [12, 16],
      ],
      '[Linear attention], at last',
    ],
    ['beyond the end stop there', [[21, 99]], 'Linear attention, at [last]'],
  ])('%s', (_what, places, expected) => {
    expect(shown(markedRuns(text, places))).toBe(expected)
  })
})

describe('a snippet', () => {
  test('of a short abstract is all of it', () => {
    expect(shown(snippetOf('We study attention.', [[9, 18]]))).toBe('We study [attention].')
  })

  test('of nothing is nothing', () => {
    expect(snippetOf('', [])).toEqual([])
  })

  test('without a place begins at the beginning and ends after a word', () => {
    const text = words(100)
    const snippet = shown(snippetOf(text, []))
    expect(snippet).toMatch(/^word0 word1 .* word\d+…$/)
    expect(text.split(' ')).toContain(snippet.slice(0, -1).split(' ').at(-1))
    expect(snippet.length).toBeLessThanOrEqual(SNIPPET_LENGTH + 1)
    expect(snippet.length).toBeGreaterThan(SNIPPET_LENGTH - 10)
  })

  test('begins at the beginning while the first place is near it', () => {
    const text = words(100)
    const at = text.indexOf('word30')
    expect(shown(snippetOf(text, [[at, at + 6]]))).toMatch(/^word0 .*\[word30\] .*…$/)
  })

  test('is cut around a place in the middle, whole words on both sides', () => {
    const text = words(200)
    const at = text.indexOf('word100 ')
    const snippet = shown(snippetOf(text, [[at, at + 7]]))
    expect(snippet).toMatch(/^…word\d+ .*\[word100\] .*word\d+…$/)
    for (const word of snippet.replace(/[[\]…]/g, '').split(' ')) expect(text.split(' ')).toContain(word)
    expect(snippet.length).toBeLessThanOrEqual(SNIPPET_LENGTH + 4)
    expect(snippet.length).toBeGreaterThan(SNIPPET_LENGTH - 10)
  })

  test('marks the other places that it holds, and none that it cut off', () => {
    const text = words(200)
    const place = (word: string): [number, number] => [
      text.indexOf(`${word} `),
      text.indexOf(`${word} `) + word.length,
    ]
    const snippet = shown(snippetOf(text, [place('word105'), place('word100'), place('word190')]))
    expect(snippet.match(/\[\w+\]/g)).toEqual(['[word100]', '[word105]'])
  })

  test('near the end shows the end', () => {
    const text = words(200)
    const at = text.indexOf('word199')
    const snippet = shown(snippetOf(text, [[at, at + 7]]))
    expect(snippet).toMatch(/^…word\d+ .* \[word199\]$/)
    expect(snippet.length).toBeGreaterThan(SNIPPET_LENGTH - 10)
  })

  test('of a text without blanks never cuts a character in two', () => {
    const text = '𝒳'.repeat(400)
    for (const places of [[], [[501, 503]], [[500, 502]]] as [number, number][][]) {
      const snippet = snippetOf(text, places)
      expect(
        snippet
          .map((run) => run.text)
          .join('')
          .isWellFormed(),
      ).toBe(true)
    }
    expect(shown(snippetOf(`a${text}`, [])).isWellFormed()).toBe(true)
  })
})
