import fc from 'fast-check'
import { parseFragment } from 'parse5'
import { describe, expect, test } from 'vitest'
import { pageRuns } from '../../../../src/papers/text/page-runs.ts'
import { plainText } from '../../../../src/papers/text/plain-text.ts'

const mathOf = (source: string): string =>
  pageRuns(source)
    .map(({ math }) => math?.mathml ?? '')
    .join('')
const plainOf = (source: string): string =>
  pageRuns(source)
    .map(({ text }) => text)
    .join('')

test('pageRuns makes one run of a text without TeX, and none of an empty text', () => {
  expect(pageRuns('A & <B>')).toEqual([{ text: 'A & <B>', math: null }])
  expect(pageRuns(' \n')).toEqual([])
})

test('pageRuns makes MathML of a formula, labelled by its plain text, with the signs next to it', () => {
  expect(pageRuns('The ($x^2$)-bound')).toEqual([
    { text: 'The ', math: null },
    {
      text: '(x²)-',
      math: {
        before: '(',
        mathml: '<math aria-label="x²"><msup><mi>x</mi><mn>2</mn></msup></math>',
        after: ')-',
      },
    },
    { text: 'bound', math: null },
  ])
})

test.each([
  ['T$^2$-RAG at $50\\%$, $0.84$ and $10\\times$', 'T²-RAG at 50%, 0.84 and 10×'],
  ['$\\textbf{LoRA}$ and \\ours', 'LoRA and ours'],
  ['M\\textsuperscript{3}Bind', 'M³Bind'],
  ['$\\sqrt[3]{x}$', '∛x'],
])('%j is text', (source, plain) => {
  expect(pageRuns(source).every(({ math }) => math === null)).toBe(true)
  expect(plainOf(source)).toBe(plain)
})

test('pageRuns writes out a root, which a browser without a font for math would not draw', () => {
  expect(mathOf('$\\sqrt{n}$')).toContain('√</mo><mi>n</mi>')
  expect(mathOf('$\\sqrt{n+1}$')).toMatch(/√<\/mo><mrow><mo>\(<\/mo>.*<mo>\)<\/mo>/)
})

describe('page runs of a hostile text', () => {
  const hostile = [
    '$x \\text{</math><script>alert(1)</script>}$',
    '$x \\text{" onload="alert(1)}$',
    '$\\href{javascript:alert(1)}{x}$',
    '$\\class{a" onclick="b}{x}$ $\\id{main}{x}$ $\\style{color:red}{x}$ $\\data{a=b}{x}$',
    '$\\color{red}{x}$ $\\colorbox{red}{x}$ $\\includegraphics{https://a.example/b.png} x$',
    '$\\rule{999em}{999em} x$ $\\hspace{-99em} x$ $\\def\\a{\\a\\a}\\a x$',
    '$<img src=x onerror=alert(1)>$ <img src=x onerror=alert(1)> $x$',
    '\ue0040\ue004 $x$',
  ]
  test.each(hostile)('are safe: %j', (source) => expectSafe(source))

  test('makes markup of formulas only, in any random text', () => {
    const pieces = fc.constantFrom(
      ...hostile.join(' ').split(/(?=[\\${}<>" ])/),
      '$',
      '{',
      '}',
      '<',
      '"',
      '&',
    )
    fc.assert(fc.property(fc.array(pieces, { maxLength: 12 }), (all) => expectSafe(all.join(''))))
  })
})

const ATTRIBUTES =
  /^(aria-label|fence|form|stretchy|separator|symmetric|movablelimits|[lr]space|width|height|m..size|linethickness|mathvariant|scriptlevel|displaystyle|notation|display)$/

interface Piece {
  nodeName: string
  attrs?: { name: string; value: string }[]
  childNodes?: Piece[]
}

function expectSafe(source: string): void {
  const walk = (node: Piece): void => {
    expect(node.nodeName).toMatch(/^(#text|#document-fragment|math|m[a-z]+)$/)
    for (const { name, value } of node.attrs ?? []) {
      expect(name).toMatch(ATTRIBUTES)
      if (/^(width|height|[lr]space)$/.test(name)) expect(Number.parseFloat(value)).toBeLessThanOrEqual(10)
    }
    node.childNodes?.forEach(walk)
  }
  walk(parseFragment(mathOf(source)) as Piece)
  expect(plainOf(source)).toBe(plainText(source))
}
