import { decodeHTML } from 'entities'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asciiHtml, escapeToAscii, foldLongLines } from '../../../../src/mail/rendering/ascii-html.ts'
import { anyText } from '../../../support/emails.ts'

const MAX_LINE_LENGTH = 998
const longest = (html: string) => Math.max(...html.split('\n').map(({ length }) => length))

test('`escapeToAscii` is ASCII, and decodes to the value', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const escaped = escapeToAscii(text.toWellFormed())
      expect(escaped).toMatch(/^[\0-\x7f]*$/)
      expect(escaped).not.toMatch(/[<>"']/)
      expect(decodeHTML(escaped)).toBe(text.toWellFormed())
    }),
  )
})

test('`asciiHtml` keeps the markup of a template, with references for its letters', () => {
  expect(asciiHtml('<p class="a">A · B — 😀</p>')).toBe('<p class="a">A &#183; B &#8212; &#128512;</p>')
})

describe('`foldLongLines`', () => {
  const word = (length: number) => 'w'.repeat(length)

  test('leaves short lines', () => {
    const html = `<p>${word(500)}</p>\n`.repeat(3)
    expect(foldLongLines(html)).toBe(html)
  })

  test('breaks between words, where HTML shows a blank either way', () => {
    const html = `<p class="text">${'some words '.repeat(300)}</p>`
    const folded = foldLongLines(html)
    expect(longest(folded)).toBeLessThan(MAX_LINE_LENGTH)
    expect(folded.replaceAll('\n', '')).toBe(html)
    expect(
      folded
        .split('\n')
        .slice(0, -1)
        .every((line) => line.endsWith(' ')),
    ).toBe(true)
  })

  test('never breaks within a tag', () => {
    const tag = '<a href="https://papers.example/x" style="color: red; margin: 0 0 0 0">'
    const folded = foldLongLines(`${tag}one</a> ${tag}two</a> `.repeat(40))
    expect(longest(folded)).toBeLessThan(MAX_LINE_LENGTH)
    expect(folded.split(tag)).toHaveLength(81)
  })

  test('breaks a word without blanks within a comment, between characters', () => {
    const html = `<h3><mark>${escapeToAscii('言語モデル'.repeat(80))}</mark></h3>`
    const folded = foldLongLines(html)
    expect(longest(folded)).toBeLessThan(MAX_LINE_LENGTH)
    expect(folded.split('<!--\n-->').length).toBeGreaterThan(3)
    expect(folded.replaceAll('<!--\n-->', '')).toBe(html)
  })

  test('makes short lines of any text, and adds only line breaks', () => {
    const texts = fc.array(fc.oneof(anyText, fc.nat(3000).map(word)), { maxLength: 12 })
    fc.assert(
      fc.property(texts, (all) => {
        const html = all
          .map((text) => `<p title="a b">${escapeToAscii(text.replace(/\s/g, ' '))}</p>`)
          .join(' ')
        const folded = foldLongLines(html)
        expect(longest(folded)).toBeLessThan(MAX_LINE_LENGTH)
        expect(folded.replaceAll('<!--\n-->', '').replaceAll('\n', '')).toBe(html)
      }),
    )
  })
})
