import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fittingRuns } from '../../../../src/emails/sections-view.ts'
import { asciiLine, oneLine, truncateAtWord, withoutLinks } from '../../../../src/mail/rendering/text.ts'
import { anyText } from '../../../support/emails.ts'

describe('`oneLine`', () => {
  test.each([
    ['a wrapped title', 'Attention\n  Is\tAll', 'Attention Is All'],
    ['controls', 'a\u0000b\u0007\u0085c\u2028d', 'a b c d'],
    ['direction overrides and invisible characters', 'a\u202eb\u2066c\u200bd\ufeffe\u00adf', 'abcdef'],
    ['a joiner inside an emoji stays', '👩‍👧', '👩‍👧'],
    ['half a pair', 'a\ud800b', 'a\ufffdb'],
  ])('%s', (_what, text, line) => expect(oneLine(text)).toBe(line))
})

describe('`truncateAtWord`', () => {
  test.each([
    ['what fits stays', 'one two', 7, 'one two'],
    ['between words', 'one two three', 9, 'one two…'],
    ['without a sign before the ellipsis', 'one two… · three', 12, 'one two…'],
    ['at the end of a word that just fits', 'one two three', 8, 'one two…'],
    ['cuts inside a word if it has no blank', 'abcdefgh', 5, 'abcd…'],
    ['never inside a pair', 'ab😀cd', 4, 'ab…'],
    ['without the comma before', 'first, second word', 9, 'first…'],
  ])('%s', (_what, text, most, expected) => expect(truncateAtWord(text, most)).toBe(expected))
})

test('`fittingRuns` returns all runs with their marks, or none', () => {
  const runs = [
    { text: 'We study ', marked: false },
    { text: 'linear attention', marked: true },
    { text: ' at length', marked: false },
  ]
  expect(fittingRuns(runs, 35)).toEqual(runs)
  expect(fittingRuns(runs, 34)).toEqual([])
  expect(fittingRuns([{ text: '\u202e\n', marked: true }], 35)).toEqual([{ text: ' ', marked: true }])
})

describe('`asciiLine`', () => {
  test.each([
    ['accents', 'Rényi naïve', 'Renyi naive'],
    ['dashes, quotes, ellipses', '“graph” – it’s …', "graph - it's ..."],
    ['quotes and brackets', '"linear attention" <b>', 'linear attention b'],
    ['what looks like an encoded word', '=?utf-8?q?x?=', '= ?utf-8?q?x?='],
    ['nothing in ASCII', '语言模型', ''],
  ])('%s', (_what, text, line) => expect(asciiLine(text, 78)).toBe(line))

  test('has up to 78 characters of any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(asciiLine(text, 78)).toMatch(/^[\x20-\x7e]{0,78}$/)
      }),
    )
  })
})

describe('`withoutLinks`', () => {
  test.each([
    ['https://evil.example/x', 'https: // evil. example/x'],
    ['www.evil.example', 'www. evil. example'],
    ['eve@evil.example', 'eve @ evil. example'],
    ['ｗｗｗ．ｅｖｉｌ．ｅｘａｍｐｌｅ', 'www. evil. example'],
    ['evil\u2024example', 'evil. example'],
    ['evil。example', 'evil。 example'],
    ['evil.\u200bexample', 'evil. example'],
    ['"linear attention" AND cat:cs.LG', '"linear attention" AND cat:cs. LG'],
  ])('%s', (text, expected) => expect(withoutLinks(text)).toBe(expected))

  test('leaves no dot, @ or :// in any text that an email client turns into a link', () => {
    fc.assert(
      fc.property(anyText, fc.webUrl(), (text, url) => {
        expect(withoutLinks(`${text}${url} ${text}`)).not.toMatch(/\.\S|\S@|@\S|:\/\//)
      }),
    )
  })
})
