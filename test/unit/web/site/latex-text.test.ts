import { describe, expect, test } from 'vitest'
import { mathToText } from '../../../../src/papers/text/math-to-text.ts'
import { latexText, MATH } from '../../../../src/web/site/latex-text.ts'

describe('`latexText`', () => {
  test.each([
    ['π₀ and π0', String.raw`$\pi_0$ and $\pi$0`],
    ['αβ−ΔT ≤ ∞', String.raw`$\alpha\beta$$-$$\Delta$T $\leq$ $\infty$`],
    ['x²⁴, CO₂ and αₙ₊₁', String.raw`x$^{24}$, CO$_2$ and $\alpha_{n+1}$`],
    ['xᵝⁿ ₓᵦ', String.raw`x$^{\beta n}$ $_{x\beta}$`],
    ['a₁²₃', 'a$_1$$^2$$_3$'],
  ])('writes %s as math', (text, latex) => {
    expect(latexText(text)).toBe(latex)
  })

  test.each([
    ['100% of {A} & B_1 #$', String.raw`100\% of \textbraceleft{}A\textbraceright{} \& B\_1 \#\$`],
    ['a~b^c\\d', String.raw`a\textasciitilde{}b\textasciicircum{}c\textbackslash{}d`],
    ['P(y|x) < 1 > 0', String.raw`P(y\textbar{}x) \textless{} 1 \textgreater{} 0`],
    ['full-width ＿ and ％', String.raw`full-width \_ and \%`],
  ])('escapes the signs of LaTeX in %s', (text, latex) => {
    expect(latexText(text)).toBe(latex)
  })

  test.each([
    ['Müller Łukasz Şahin “x” – °C 1⁄2', 'Müller Łukasz Şahin “x” – °C 1⁄2'],
    ['Mu\u0308ller', 'Müller'],
    ['Nguyễn', String.raw`Nguy{\~{{\^{{e}}}}}n`],
    ['Phương Đức', 'Phuong Đúc'],
    ['Trường Hợp', String.raw`Truòng H{\d{o}}p`],
    ['Νίκος', String.raw`N$\iota\kappa$o$\varsigma$`],
    ['Bălțatu', String.raw`Băl{\textcommabelow{t}}atu`],
    ['x̂', String.raw`{\^{{x}}}`],
  ])('writes the accents of %s', (text, latex) => {
    expect(latexText(text)).toBe(latex)
  })

  test.each([
    ['ﬁne 𝒳 in ℝ', 'fine X in R'],
    ['王瑞金 and Đ', '王瑞金 and Đ'],
    ['🤗 Transformers 🦙️ ✓', 'Transformers'],
    ['zero\u200bwidth', 'zerowidth'],
    ['{\u0301 _\u0301x', String.raw`\textbraceleft{} \_x`],
  ])('keeps letters and leaves out symbols without a macro: %s', (text, latex) => {
    expect(latexText(text)).toBe(latex)
  })
})

// Another library shows a sign of ASCII for these macros, one with a variation selector, or the sign that `plainText` folds.
const SHOWN_OTHERWISE: Record<string, string> = {
  ħ: 'ℏ',
  א: 'ℵ',
  '∗': '*',
  '⋆': '*',
  '⊕': '⊕\ufe0e',
  '∼': '~',
  '∥': '‖',
  '∣': '|',
}

test.each([...MATH])('%s is written with the macro that draws it', (sign, macro) => {
  expect(mathToText(macro)).toBe(SHOWN_OTHERWISE[sign] ?? sign)
})
