import { expect, test } from 'vitest'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { toPaperText } from '../../../../src/queries/text/tokens.ts'
import { samplePaper } from '../../../support/sample-paper.ts'
import { whyEmptyOf } from '../../../support/why-empty-of.ts'

const PAPERS = ['alpha beta', 'alpha gamma', 'beta gamma', 'delta'].map((title, i) =>
  toPaperText(samplePaper({ id: i + 1, title })),
)

test.each([
  ['omega', ['omega'], null],
  ['omega or "alpha delta"', ['omega or the phrase “alpha delta”'], null],
  ['alpha omega', ['omega'], { part: 'omega', papers: 2, isUnwanted: false }],
  ['alpha omega psi', ['omega', 'psi'], null],
  ['alpha beta gamma', [], { part: 'alpha', papers: 1, isUnwanted: false }],
  ['delta -(alpha or delta)', [], { part: 'alpha or delta', papers: 1, isUnwanted: true }],
  ['alpha delta beta', [], { part: 'delta', papers: 1, isUnwanted: false }],
])('%s is empty because of %j; %j', (query, absent, without) => {
  expect(whyEmptyOf(parseQuery(query), PAPERS)).toEqual({ absent, without })
})

test.each([
  ['kappa', ['kappa'], null],
  ['kappa alpha', ['kappa'], { part: 'kappa', papers: 2, isUnwanted: false }],
  ['kappa delta is:revised', [], { part: 'delta', papers: 1, isUnwanted: false }],
  ['kappa omega is:revised', ['omega'], { part: 'omega', papers: 1, isUnwanted: false }],
])('a newer version counts if the query asks for it: %s', (query, absent, without) => {
  const version = { id: 9, title: 'kappa', onlyRevised: true, revisedDay: '2026-11-24' }
  const papers = [...PAPERS, toPaperText(samplePaper(version))]
  expect(whyEmptyOf(parseQuery(query), papers)).toEqual({ absent, without })
})
