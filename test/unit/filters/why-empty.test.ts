import { expect, test } from 'vitest'
import { readPaper } from '../../../src/filters/paper-text.ts'
import { parseQuery } from '../../../src/filters/parse-query.ts'
import { whyEmpty } from '../../../src/filters/why-empty.ts'
import { samplePaper } from '../../support/sample-paper.ts'

const PAPERS = ['alpha beta', 'alpha gamma', 'beta gamma', 'delta'].map((title, i) =>
  readPaper(samplePaper({ id: i + 1, title })),
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
  expect(whyEmpty(parseQuery(query), PAPERS)).toEqual({ absent, without })
})
