import { expect, test } from 'vitest'
import { describeQuery } from '../../../../src/queries/language/describe-query.ts'
import { parseQuery, queryFromPaste } from '../../../../src/queries/language/parse-query.ts'

test.each<[text: string, query: string]>([
  // an address bar's signs
  ['cat:cs.CV+OR+cat:cs.LG', 'cat:cs.CV OR cat:cs.LG'],
  ['ti:%28alpha+OR+%22beta%22%29', 'ti:(alpha OR "beta")'],
  ['all:language+model', 'all:language model'],
  ['ti:%22linear%20attention%22', 'ti:"linear attention"'],
  ['search_query=au:del_maestro+ANDNOT+ti:x&start=0&max_results=9', 'au:del_maestro ANDNOT ti:x'],
  ['http://export.arxiv.org/api/query?search_query=all:electron&start=0', 'all:electron'],
  [
    'https://export.arxiv.org/api/query?id_list=2507.06457,hep-th/9901001',
    'paper:2507.06457 OR paper:hep-th/9901001',
  ],
  // lists, feeds and pages of results
  ['https://rss.arxiv.org/rss/cs.CL+cs.CV', 'cat:cs.CL OR cat:cs.CV'],
  ['https://arxiv.org/list/cs.LG/recent', 'cat:cs.LG'],
  ['https://arxiv.org/search/?query=linear+attention&searchtype=all', 'linear attention'],
  ['arxiv.org/search/?query=albert+gu&searchtype=author', 'author:(albert gu)'],
  ['https://papers.example.org/feed.xml?q=mamba+-vision', 'mamba -vision'],
  ['/papers?q=mamba', '/papers?q=mamba'],
  // a quote that closes what was not copied along
  ['ti:checkerboard"', 'ti:checkerboard '],
  ['linear attention”.', 'linear attention .'],
  // left as they are
  ['C++', 'C++'],
  ['ti:C++', 'ti:C++'],
  ['abs:%', 'abs:%'],
  ['ti:%FF', 'ti:%FF'],
  ['"x+AND+%22"', '"x+AND+%22"'],
  ['alpha "beta', 'alpha "beta'],
  ['alpha beta"gamma', 'alpha beta"gamma'],
  ['"', '"'],
  ['https://arxiv.org/abs/2507.06457?q=x', 'https://arxiv.org/abs/2507.06457?q=x'],
  ['https://example.org/?q=', 'https://example.org/?q='],
  ['https://rss.arxiv.org/rss/none', 'https://rss.arxiv.org/rss/none'],
])('%s', (text, query) => expect(queryFromPaste(text)).toBe(query))

test.each<[text: string, understood: string]>([
  ['au:del_maestro+AND+ti:checkerboard`.', 'the author del maestro and a title with checkerboard'],
  [
    '(all:robot self-improvement) AND submittedDate:[202401010000 TO 202612312359]',
    'robot and the phrase “self-improvement”',
  ],
  ['submittedDate:[2024 TO 2026] AND cat:cs.LG', 'the category cs.LG'],
  ['ti:(apple OR matrix^5)', 'a title with apple or a title with matrix'],
  ['"linear attention"^2 mamba~1', 'the phrase “linear attention” and mamba'],
  [
    'cat:cs.CL AND (abs:arabic OR abs:language+model)',
    'the category cs.CL and (an abstract with arabic or an abstract with the phrase “language model”)',
  ],
  ['all:neural network ANDNOT ti:review', 'neural and network, but not a title with review'],
])('%s of arXiv is understood', (text, understood) =>
  expect(describeQuery(parseQuery(text))).toBe(`Papers with ${understood}`),
)
