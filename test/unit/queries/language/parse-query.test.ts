import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../../../src/core/error-table.ts'
import { Fault } from '../../../../src/core/errors.ts'
import { describeQuery } from '../../../../src/queries/language/describe-query.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { isTextLeaf, leavesOf, type Query, type TextField } from '../../../../src/queries/query.ts'
import { computedMs } from '../../../support/computed-ms.ts'

const word = (text: string, field: TextField = 'any'): Query => ({ kind: 'word', field, text })
const phrase = (text: string, field: TextField = 'any'): Query => ({ kind: 'phrase', field, text })
const and = (...parts: Query[]): Query => ({ kind: 'and', parts })
/** In quotes. */
const exact = (text: string, field: TextField = 'any'): Query => ({
  kind: /[^\p{L}\d.]/u.test(text) ? 'phrase' : 'word',
  field,
  text,
  quoted: true,
})
const term = (...parts: Query[]): Query => ({ kind: 'term', parts })
const or = (...parts: Query[]): Query => ({ kind: 'or', parts })
const not = (part: Query): Query => ({ kind: 'not', part })
const paper = (name: string): Query => ({ kind: 'paper', name })
const [a, b, c, d] = ['alpha', 'beta', 'gamma', 'delta'].map((text) => word(text)) as [
  Query,
  Query,
  Query,
  Query,
]

const trees: Record<string, [text: string, tree: Query][]> = {
  'words and phrases': [
    ['alpha', a],
    ['  alpha  ', a],
    ['"linear attention"', exact('linear attention')],
    ['“linear attention”', exact('linear attention')],
    ['„linear attention“ «alpha»', and(exact('linear attention'), exact('alpha'))],
    ['"alpha"', exact('alpha')],
    ['vision-language', phrase('vision-language')],
    ['vision–language', phrase('vision–language')],
    ['vision language', term(word('vision'), word('language'))],
    ['VISION LANGUAGE', term(word('vision'), word('language'))],
    ['VISION OR VLA', or(word('vision'), word('vla'))],
    ['VLA RAG', term(word('VLA'), word('RAG'))],
    ['"  two   blanks "', exact('two blanks')],
    ['C++ GPT-4o 3D', term(word('C++'), phrase('GPT-4o'), word('3D'))],
    ['alpha, [beta]; gamma!', term(a, b, c)],
    ['Σ χ(2) Ш', and(term(word('Σ'), word('χ')), word('2'), word('Ш'))],
    ['alpha\u00a0\t\nbeta\u0000gamma', term(a, b, c)],
  ],
  operators: [
    ['alpha AND beta', and(a, b)],
    ['alpha beta gamma', term(a, b, c)],
    ['alpha OR beta', or(a, b)],
    ['alpha OR beta gamma OR delta', or(a, term(b, c), d)],
    ['(alpha OR beta) gamma', and(or(a, b), c)],
    ['alpha AND (beta AND gamma)', and(a, b, c)],
    ['alpha (beta (gamma))', and(a, b, c)],
    ['alpha NOT beta', and(a, not(b))],
    ['alpha AND NOT beta', and(a, not(b))],
    ['alpha ANDNOT beta', and(a, not(b))],
    ['alpha -beta', and(a, not(b))],
    ['alpha –beta', and(a, not(b))],
    ['alpha -"beta gamma"', and(a, not(exact('beta gamma')))],
    ['alpha -(beta OR gamma)', and(a, not(or(b, c)))],
    ['alpha NOT NOT beta', and(a, b)],
    ['alpha & beta', and(a, b)],
    ['alpha | beta', or(a, b)],
    ['alpha|beta', or(a, b)],
    ['R&D', phrase('R&D')],
    ['alpha - beta', term(a, b)],
    ['O(alpha)', and(word('O'), a)],
    ['（alpha OR beta） gamma', and(or(a, b), c)],
    ['alpha (beta OR NOT gamma)', and(a, or(b, not(c)))],
  ],
  'operators in lower case': [
    ['alpha or beta', or(a, b)],
    ['alpha and beta', and(a, b)],
    ['alpha not beta', and(a, not(b))],
    ['alpha and not beta', and(a, not(b))],
    ['alpha Or beta', or(a, b)],
    ['(alpha or beta) and gamma', and(or(a, b), c)],
    ['or alpha', a],
    ['alpha or', a],
    ['alpha not', a],
    ['alpha && !beta', and(a, not(b))],
    ['alpha !"beta gamma" !(gamma or delta)', and(a, not(exact('beta gamma')), not(or(c, d)))],
    ['alpha! beta !', term(a, b)],
    ['oracle notes android', term(word('oracle'), word('notes'), word('android'))],
    ['author:(gu and dao)', and(word('gu', 'author'), word('dao', 'author'))],
  ],
  fields: [
    ['title:alpha', word('alpha', 'title')],
    ['Topic: alpha beta', term(word('Topic'), a, b)],
    ['abcd: alpha', term(word('abcd'), a)],
    [
      'How to sort: stable sorts of long lists',
      {
        kind: 'some',
        least: 3,
        parts: ['sort', 'stable', 'long', 'lists'].map((text) => word(text)),
      } as Query,
    ],
    ['Title: alpha beta', and(word('alpha', 'title'), b)],
    ['title:"linear attention"', exact('linear attention', 'title')],
    ['title:(alpha OR beta)', or(word('alpha', 'title'), word('beta', 'title'))],
    ['title:(alpha abstract:beta)', and(word('alpha', 'title'), word('beta', 'abstract'))],
    ['alpha title:-beta', and(a, not(word('beta', 'title')))],
    ['alpha -title:beta', and(a, not(word('beta', 'title')))],
    ['author:"Albert Gu"', phrase('Albert Gu', 'author')],
    ['author:He', word('He', 'author')],
    ['au:del_maestro', phrase('del maestro', 'author')],
    ['author:王小明 org:清华大学', and(word('王小明', 'author'), word('清华大学', 'org'))],
    ['author:Колмогоров', word('Колмогоров', 'author')],
    ['keyword:alpha org:"Hugging Face"', and(word('alpha', 'keyword'), phrase('Hugging Face', 'org'))],
    ['org:The', word('The', 'org')],
    ['cat:cs.LG', { kind: 'category', value: 'cs.LG' }],
    ['cat:CS.lg', { kind: 'category', value: 'cs.LG' }],
    ['cat:cs', { kind: 'category', value: 'cs' }],
    ['cat:cs.*', { kind: 'category', value: 'cs' }],
    ['cat:cond-mat.MES-hall', { kind: 'category', value: 'cond-mat.mes-hall' }],
    [
      'cat:(hep-th OR "math.AG")',
      or({ kind: 'category', value: 'hep-th' }, { kind: 'category', value: 'math.AG' }),
    ],
    ['has:code', { kind: 'has-code' }],
    ['is:Revised', { kind: 'revised' }],
    ['votes>=20', { kind: 'votes', least: 20 }],
    ['votes >= 20 alpha', and({ kind: 'votes', least: 20 }, a)],
    ['upvotes≥20', { kind: 'votes', least: 20 }],
    ['votes>20', { kind: 'votes', least: 21 }],
    ['votes', word('votes')],
    [
      'ti:alpha abs:beta au:gu all:gamma',
      and(word('alpha', 'title'), word('beta', 'abstract'), word('gu', 'author'), c),
    ],
    [
      'au:gu+AND+ti:%28alpha+OR+%22beta%22%29',
      and(word('gu', 'author'), or(word('alpha', 'title'), exact('beta', 'title'))),
    ],
  ],
  'one paper': [
    ['2507.06457', paper('2507.06457')],
    ['https://arxiv.org/abs/2507.06457v2', paper('2507.06457')],
    ['arXiv:2507.06457v1 [cs.CL] 9 Jul 2025', paper('2507.06457')],
    ['arXiv 2507.06457 [cond-mat.mes-hall]', paper('2507.06457')],
    ['"2507.06457"', paper('2507.06457')],
    ['paper:2507.06457', paper('2507.06457')],
    ['paper:"doi:10.1000/(a,b)"', paper('doi:10.1000/(a,b)')],
    ['paper:(2507.06457 OR id:17)', or(paper('2507.06457'), paper('id:17'))],
    ['id:2507.06457', paper('2507.06457')],
    ['arXiv: hep-th/9901001', paper('hep-th/9901001')],
    ['doi: 10.1000/1', paper('doi:10.1000/1')],
    ['10.1016/S0370-2693(98)00460-9', paper('doi:10.1016/s0370-2693(98)00460-9')],
    ['alpha OR https://huggingface.co/papers/2507.06457', or(a, paper('2507.06457'))],
    ['(alpha OR 10.1000/1) beta', and(or(a, paper('doi:10.1000/1')), b)],
    ['alpha -arxiv.org/abs/2507.06457', and(a, not(paper('2507.06457')))],
    ['GPT-4 3.5 1/2', term(phrase('GPT-4'), word('3.5'), phrase('1/2'))],
    ['title:"2507.06457"', exact('2507.06457', 'title')],
  ],
  'what a query excludes, in prose': [
    ['alpha, but not beta', and(a, not(b))],
    ['alpha, excluding beta', and(a, not(b))],
    ['alpha except beta', and(a, not(b))],
    ['alpha, except for beta', and(a, not(b))],
    ['alpha, without beta', and(a, not(b))],
    ['alpha, not beta', and(a, not(b))],
    ['alpha but not beta gamma', and(a, not(term(b, c)))],
    ['alpha, and not beta.', and(a, not(b))],
    ['alpha, I am not interested in beta', and(a, not(b))],
    ["alpha, I don't want papers about beta", and(a, not(b))],
    ['alpha is not beta', term(a, b)],
    ['alpha that do not beta gamma', term(a, b, c)],
    ['alpha "is not beta"', and(a, exact('is not beta'))],
    ['I am not interested in alpha. I like beta gamma.', term(b, c)],
    ['alpha or beta, but not gamma', and(or(a, b), not(c))],
    ['alpha, excluding beta, gamma, and delta', and(a, not(or(b, c, d)))],
    ['alpha, but not beta or gamma, nor delta', and(a, not(or(b, c, d)))],
    ['alpha, but not "beta, gamma"', and(a, not(exact('beta, gamma')))],
    ['alpha, but not (beta AND gamma)', and(a, not(and(b, c)))],
    ['alpha, but not beta OR gamma delta', and(a, not(or(b, term(c, d))))],
    ['alpha, excluding survey papers', and(a, not(word('survey')))],
    ['alpha, excluding author:gu', and(a, not(word('gu', 'author')))],
    ['title:(alpha, not beta) gamma', and(word('alpha', 'title'), not(word('beta', 'title')), c)],
    ['(alpha, but not (beta, not gamma)) delta', and(a, not(and(b, not(c))), d)],
    ['alpha, NOT beta gamma', and(a, not(b), c)],
    ['alpha, excluding the', a],
    ['alpha, not only beta', a],
    ['alpha not only in beta', a],
    ['alpha beta not limited to gamma', term(a, b)],
    ['not only alpha but also beta', term(a, b)],
    ['alpha not about beta', and(a, not(b))],
    ['alpha papers not about beta or gamma', and(a, not(or(b, c)))],
    ['alpha "except beta"', and(a, exact('except beta'))],
  ],
  'what tells more': [
    ['alpha, especially beta', a],
    ['alpha beta, in particular gamma delta', term(a, b)],
    ['alpha especially beta', a],
    ['alpha, such as beta, gamma', a],
    ['alpha, e.g. Beta', a],
    ['alpha, especially beta, but not gamma', and(a, not(c))],
    ['papers, especially on beta', b],
    ['(alpha, especially beta) gamma', and(a, c)],
  ],
  'words around a question': [
    ['alpha papers', a],
    ['alpha beta articles.', term(a, b)],
    ['papers on alpha', a],
    ['papers on "beta gamma" -delta', and(exact('beta gamma'), not(d))],
    ['new papers about alpha', a],
    ['the latest alpha', a],
    ['the latest in alpha', a],
    ['recent work on alpha', a],
    ['show me interesting papers about author:gu', word('gu', 'author')],
    ['(alpha papers) -beta', and(a, not(b))],
    ['alpha or beta papers', or(a, b)],
    ['alpha papers or recent beta papers', or(a, term(word('recent'), b))],
    ['alpha papers and "beta papers and" gamma', and(a, exact('beta papers and'), c)],
    ['alpha or papers', or(a, word('papers'))],
    ['"alpha papers"', exact('alpha papers')],
    ['"papers"', exact('papers')],
    ['title:papers', word('papers', 'title')],
    ['paper folding', term(word('paper'), word('folding'))],
    ['new physics', term(word('new'), word('physics'))],
  ],
  'categories as arXiv writes them': [
    ['cs.CL', { kind: 'category', value: 'cs.CL' }],
    [
      'stat.ML OR math.OC OR cond-mat.mes-hall',
      or(
        { kind: 'category', value: 'stat.ML' },
        { kind: 'category', value: 'math.OC' },
        { kind: 'category', value: 'cond-mat.mes-hall' },
      ),
    ],
    ['alpha -cs.CV', and(a, not({ kind: 'category', value: 'cs.CV' }))],
    ['papers about alpha in cs.CV', and(a, { kind: 'category', value: 'cs.CV' })],
    ['cs.LG, cs.CL', or({ kind: 'category', value: 'cs.LG' }, { kind: 'category', value: 'cs.CL' })],
    ['cat:cs.LG,cs.CL', or({ kind: 'category', value: 'cs.LG' }, { kind: 'category', value: 'cs.CL' })],
    ['cat:quant-ph^2', { kind: 'category', value: 'quant-ph' }],
    ['quant-ph', phrase('quant-ph')],
    ['cs.js', phrase('cs.js')],
    ['cs.XX', phrase('cs.XX')],
    ['title:cs.CL', phrase('cs.CL', 'title')],
  ],
  'stop words': [
    ['the alpha of beta', term(a, b)],
    ['alpha OR the', a],
    ['alpha NOT the', a],
    ['"mixture of experts"', exact('mixture of experts')],
    ['IT alpha', term(word('IT'), a)],
    ['alpha "of the"', a],
  ],
}

describe.each(Object.entries(trees))('`parseQuery` reads %s', (_name, rows) => {
  test.each(rows)('as typed in %j', (text, tree) => expect(parseQuery(text)).toEqual(tree))
})

test('parseQuery returns plain data', () => {
  const tree = parseQuery('title:(a1 OR "b c") -survey cat:cs votes>=3 has:code')
  expect(JSON.parse(JSON.stringify(tree))).toEqual(tree)
})

const deep = (levels: number) => `${'('.repeat(levels)}alpha${')'.repeat(levels)}`

const faults: [text: string, code: ErrorCode, column: number, sentence: RegExp][] = [
  ['', 'query.empty', 1, /^Enter a word or two/],
  [' – … !', 'query.empty', 1, /^Enter a word or two/],
  ['""', 'query.empty', 1, /^Enter a word or two/],
  ['the of and', 'query.only-stop-words', 1, /contains “the of and”/],
  ['a', 'query.only-stop-words', 1, /^Nearly every paper contains “a”\. Add a more specific word\.$/],
  ['to be or not to be', 'query.only-stop-words', 1, /Add a more specific word/],
  ['title:the', 'query.only-stop-words', 1, /Add a more specific word/],
  ['interesting papers', 'query.only-filler', 1, /^“interesting papers” asks for papers but/],
  ['the latest papers', 'query.only-filler', 1, /doesn’t say what about/],
  ['what is new?', 'query.only-filler', 1, /“what is new\?”/],
  ['everything except alpha', 'query.only-not', 12, /Add a word/],
  ['papers not about alpha', 'query.only-not', 8, /Add a word/],
  ['!alpha', 'query.only-not', 1, /papers must contain/],
  ['papers', 'query.only-filler', 1, /in quotes/],
  ['excluding alpha', 'query.only-not', 1, /papers must contain/],
  ['all papers except alpha', 'query.only-not', 12, /papers must contain/],
  ['alpha, but not beta titel:gamma', 'query.unknown-field', 21, /character 21/],
  ['cat:cs.LG,x', 'query.category', 5, /“cs.LG,x”/],
  ['NOT alpha', 'query.only-not', 1, /^“NOT alpha” only excludes papers \(character 1\)\./],
  ['-alpha -beta', 'query.only-not', 1, /papers must contain/],
  ['alpha OR -beta', 'query.only-not', 10, /character 10/],
  ['the NOT alpha', 'query.only-not', 5, /character 5/],
  ['alpha (beta', 'query.bracket-open', 7, /character 7 is never closed/],
  ['(', 'query.bracket-open', 1, /never closed/],
  ['alpha) beta', 'query.bracket-stray', 6, /character 6 has no opening bracket/],
  [')', 'query.bracket-stray', 1, /has no opening bracket/],
  ['alpha "beta gamma', 'query.quote-open', 7, /quote at character 7/],
  ['“alpha', 'query.quote-open', 1, /^The quote at character 1 is never closed\. .*: "alpha$/],
  ['linear AND', 'query.word-missing', 8, /“linear AND”: a word is missing after AND, at character 8/],
  ['linear OR', 'query.word-missing', 8, /after OR/],
  ['linear |', 'query.word-missing', 8, /after \|/],
  ['linear NOT', 'query.word-missing', 8, /after NOT/],
  ['AND linear', 'query.word-missing', 1, /before AND/],
  ['(OR linear)', 'query.word-missing', 2, /before OR/],
  ['linear AND OR beta', 'query.word-missing', 8, /after AND/],
  ['linear ()', 'query.word-missing', 8, /between \( and \)/],
  ['linear title:', 'query.word-missing', 8, /after title:/],
  ['linear titel:beta', 'query.unknown-field', 8, /no field “titel:” \(character 8\)/],
  [
    'https://example.org',
    'query.address',
    1,
    /can’t read “https:\/\/example.org” \(character 1\) as the address of a paper\./,
  ],
  ['mamba OR github.com/state-spaces/mamba', 'query.address', 10, /Paste one from arxiv.org/],
  ['paper:mamba', 'query.paper', 7, /“mamba” \(character 7\) isn’t a paper number/],
  ['doi:2507', 'query.paper', 5, /paper:doi:10.1000/],
  ['alpha co:"12 pages"', 'query.unkept-field', 7, /“co:” \(character 7\) asks for comments of authors/],
  ['jr:Nature', 'query.unkept-field', 1, /journals/],
  ['大语言模型', 'query.not-english', 1, /in English\.$/],
  ['title:模型 author:Wang', 'query.not-english', 7, /in English(?:\.|, for example: .*Wang)/],
  [
    '测试时间自适应 (Test-Time Adaptation) 相关，涵盖VQA、VLA',
    'query.not-english',
    1,
    /: Test-Time Adaptation, VQA, VLA\.$/,
  ],
  ['нейронные сети', 'query.not-english', 1, /English/],
  ['модель OR 深度学习 OR diffusion', 'query.not-english', 1, /, for example: diffusion\.$/],
  ['модель AND NOT 深度学习', 'query.not-english', 1, /in English\.$/],
  ['title:模型', 'query.not-english', 1, /in English\.$/],
  ['딥러닝', 'query.not-english', 1, /English/],
  ['Focus:', 'query.unknown-field', 1, /“Focus:”/],
  ['constructor:alpha', 'query.unknown-field', 1, /“constructor:”/],
  ['cat:LG', 'query.category', 5, /“LG” \(character 5\).*cat:cs.LG/],
  ['cat:cs.L', 'query.category', 5, /cat:cs.LG/],
  ['has:data', 'query.has', 5, /has:code/],
  ['alpha is:new', 'query.is', 10, /is:revised/],
  ['votes>=many', 'query.votes', 1, /votes>=20/],
  ['votes<5', 'query.votes', 1, /votes<5/],
  ['votes>=1234567', 'query.votes', 1, /votes>=20/],
  ['alpha votes>=', 'query.votes', 7, /character 7/],
  ['alpha '.repeat(334), 'query.too-long', 1, /too long/],
  ['é'.repeat(1001), 'query.too-long', 1, /2002 bytes, and the limit is 2000/],
  ['How robots learn. '.repeat(456), 'query.too-long', 1, /8208 bytes, and the limit is 8192/],
  [deep(9), 'query.too-deep', 9, /nested too deeply at character 9\. Use up to 8 brackets, NOTs and fields/],
  ['NOT '.repeat(9).concat('alpha'), 'query.too-deep', 33, /up to 8/],
  ['title:'.repeat(9).concat('alpha'), 'query.too-deep', 1, /up to 8/],
  ['−'.repeat(9).concat('alpha'), 'query.too-deep', 1, /up to 8/],
  ['beta -(title:(NOT (not -(abs:alpha))))', 'query.too-deep', 25, /up to 8/],
  ['alpha'.concat(' except beta'.repeat(10)), 'query.too-deep', 1, /up to 8/],
]

test.each([' ', ',', '"', '(', 'a '])(
  'parseQuery refuses a hundred thousand characters of %j at once',
  (sign) => {
    const begun = computedMs()
    expect(thrownBy(() => parseQuery(`a${sign.repeat(95_000)}a`)).code).toBe('query.too-long')
    expect(computedMs() - begun).toBeLessThan(1000)
  },
)

test('parseQuery reads a text of 8 kB as a sentence, of which only the key words count', () => {
  const text = 'I study how robots learn to grasp objects from few demonstrations. '.repeat(122)
  const query = parseQuery(text)
  expect(query).toMatchObject({ kind: 'some', least: 3 })
  expect(
    leavesOf(query)
      .filter(isTextLeaf)
      .map((leaf) => leaf.text),
  ).toEqual(['robots', 'grasp', 'objects', 'few', 'demonstrations'])
})

describe('`parseQuery`', () => {
  test.each(faults)(
    'refuses %j with %s at column %i, and says what to do',
    (text, code, column, sentence) => {
      const fault = thrownBy(() => parseQuery(text))
      expect(fault.code).toBe(code)
      expect(fault.values.column).toBe(column)
      expect(fault.sentence).toMatch(sentence)
      expect(`${fault.sentence}${fault.message}`).not.toMatch(/[{}]/)
      expect([fault.status, fault.exit]).toEqual([422, 2])
    },
  )
})

function thrownBy(work: () => unknown): Fault {
  try {
    work()
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test('parseQuery reads the deepest brackets and the longest queries in linear time', () => {
  expect(parseQuery(deep(8))).toEqual(a)
  const start = computedMs()
  expect(parseQuery('alpha '.repeat(333)).kind).toBe('term')
  expect(parseQuery(`${'NOT '.repeat(8)}alpha`)).toEqual(a)
  expect(parseQuery(`${'title:'.repeat(8)}alpha`)).toEqual(word('alpha', 'title'))
  expect(parseQuery(`alpha ${'-'.repeat(40)} beta ${'–'.repeat(40)}`)).toEqual(term(a, b))
  expect(parseQuery('(-alpha OR beta) AND gamma (title:-alpha delta)'.repeat(3)).kind).toBe('and')
  for (const text of ['(', '"', '|', '-(', 'alpha OR (', 'NOT ', 'a:'])
    expect(thrownBy(() => parseQuery(text.repeat(Math.floor(2000 / text.length)))).code).toMatch(/^query\./)
  expect(computedMs() - start).toBeLessThan(5_000)
})

test.each<[Query, string]>([
  [{ kind: 'paper', name: '2507.06457' }, 'The paper arXiv:2507.06457'],
  [or({ kind: 'paper', name: 'doi:10.1000/1' }, a), 'Papers with the paper doi:10.1000/1 or alpha'],
  [{ kind: 'some', least: 2, parts: [a, b, c] }, 'Papers with at least 2 of: alpha, beta, gamma'],
  [
    and(d, not({ kind: 'some', least: 2, parts: [a, b, c] })),
    'Papers with delta, but not (at least 2 of: alpha, beta, gamma)',
  ],
  [{ kind: 'some', least: 2, parts: [a, b] }, 'Papers with alpha and beta'],
])('describeQuery of %j is: %s', (tree, words) => expect(describeQuery(tree)).toBe(words))

test.each([
  [
    '"linear attention" AND (vision or LLM) -survey',
    'Papers with the phrase “linear attention” and (vision or LLM), but not survey',
  ],
  ['alpha', 'Papers with alpha'],
  ['alpha beta gamma', 'Papers with alpha, beta and gamma'],
  ['alpha beta Alpha beta alpha', 'Papers with alpha and beta'],
  ['alpha alpha -beta -beta', 'Papers with alpha, but not beta'],
  ['-gamma (alpha or alpha) beta', 'Papers with alpha and beta, but not gamma'],
  ['alpha or beta gamma', 'Papers with alpha or (beta and gamma)'],
  ['alpha -beta -"gamma delta"', 'Papers with alpha, but not beta or the phrase “gamma delta”'],
  ['alpha -(beta gamma)', 'Papers with alpha, but not (beta and gamma)'],
  ['alpha NOT (-beta -gamma)', 'Papers with alpha, but not (neither beta nor gamma)'],
  ['alpha (beta OR NOT gamma)', 'Papers with alpha and (beta or not gamma)'],
  [
    'title:alpha abs:"beta gamma"',
    'Papers with a title with alpha and an abstract with the phrase “beta gamma”',
  ],
  ['au:"Albert Gu" org:google', 'Papers with the author Albert Gu and the organization google'],
  ['keyword:"beta gamma" cat:cs.LG', 'Papers with the keyword beta gamma and the category cs.LG'],
  ['alpha is:revised', 'Papers with alpha and a newer version'],
  ['cat:cs has:code votes>=20', 'Papers with any category of cs, code and 20 or more votes'],
])('describeQuery of %s is: %s', (text, words) => expect(describeQuery(parseQuery(text))).toBe(words))
