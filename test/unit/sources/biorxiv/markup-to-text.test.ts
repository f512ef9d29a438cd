import { expect, test } from 'vitest'
import { markupToText } from '../../../../src/sources/biorxiv/parse-details.ts'
import { computedMs } from '../../../support/computed-ms.ts'

test.each([
  ['<i>E. coli</i> &amp; friends', 'E. coli & friends'],
  ['<I class="x">E. coli</I>', 'E. coli'],
  ['Ca<sup>2+</sup> and CO<sub>2</sub>', 'Ca²⁺ and CO₂'],
  ['10<sup>-3</sup> of H<sub>total</sub>', '10⁻³ of Htotal'],
  ['&lt;i&gt;E. coli&lt;/i&gt;', 'E. coli'],
  ['M&uuml;ller, Fran&ccedil;ois, &Aring;', 'Müller, François, Å'],
  ['5 &amp;lt; 6', '5 < 6'],
  ['<jats:p>One.</jats:p><jats:p>Two.</jats:p>', ' One.  Two. '],
  ['One<br/>two', 'One two'],
  ['&#945;-synuclein, &#x3b2;-catenin, &Delta;F, 5&micro;m', 'α-synuclein, β-catenin, ΔF, 5µm'],
])('markupToText of %j is %j', (markup, text) => expect(markupToText(markup)).toBe(text))

test.each([
  'p < 0.05 and n > 3',
  'a<b and c>d',
  'for i<n, p>0',
  'R&D; AT&T',
  '&toString; &unheard;',
  'x <- y -> z',
  '',
])('markupToText keeps %j', (text) => expect(markupToText(text)).toBe(text))

test('markupToText replaces a number that is not a character, as in HTML', () => {
  expect(markupToText('&#9999999; &#x110000;')).toBe('\ufffd \ufffd')
})

test('markupToText reads unclosed markup in linear time', () => {
  const begun = computedMs()
  for (const part of ['<i a="', '<sup>', '&#', '<i ', '&&&&', '<i a=b ', '<i a="b" '])
    expect(markupToText(`${part.repeat(50_000)}end`)).toMatch(/end$/)
  expect(computedMs() - begun).toBeLessThan(3000)
})
