import { nameOf, type SyntaxNode } from '../support/source-files.ts'
import { child, type Mutation, type Operator, replaceNode } from './mutation.ts'

// Mutations of SQL in tagged templates, and of the conditions and orders that Prisma's client gets.

const TAG = /(\$queryRaw|\$executeRaw|\bPrisma\.sql)\b/
const WORDS: [operator: string, pattern: RegExp, table: Record<string, string>][] = [
  [
    'sql-border-moved',
    /(?<![<>=\-@|#!])(<=|>=|<|>)(?![<>=@|])/g,
    { '<': '<=', '<=': '<', '>': '>=', '>=': '>' },
  ],
  ['sql-logic-swapped', /(?<!between \S+ )\b(and|or)\b/g, { and: 'or', or: 'and' }],
  ['sql-order-turned', /\b(asc|desc)\b/g, { asc: 'desc', desc: 'asc' }],
]
/** Where a condition ends, unless within brackets. */
const END =
  /^\s*(?:(?<!between \S+ )\band\b|\bor\b|group by|order by|limit\b|returning\b|for update|on conflict|union\b|then\b|[),]|$)/

/** The text of a template with other characters in place of its values, comments and strings: all stay where they were. */
function masked(quasi: SyntaxNode, source: string): string {
  const values = quasi.expressions as SyntaxNode[]
  const hide = (text: string) => text.replace(/\S/g, '?')
  let text = source.slice(quasi.start + 1, quasi.end - 1)
  for (const { start, end } of values) {
    const [from, to] = [start - quasi.start - 3, end - quasi.start]
    text = text.slice(0, from) + '?'.repeat(to - from) + text.slice(to)
  }
  return text.replace(/\/\*[\s\S]*?\*\/|'[^']*'/g, hide)
}

/** The end of the condition that begins at `from`; undefined for one with `case`, whose words are its own. */
function conditionEnd(sql: string, from: number): number | undefined {
  let depth = 0
  for (let at = from; at <= sql.length; at++) {
    const before = sql.slice(from, at)
    if (depth === 0 && /\bcase\b/.test(before)) return undefined
    const isEnd = END.test(sql.slice(at)) && !/\bbetween\s+\S+\s*$/.test(before)
    if (depth === 0 && isEnd && /\S/.test(before)) return at
    if (sql[at] === '(') depth++
    if (sql[at] === ')') depth--
  }
  return undefined
}

function droppedConditions(sql: string): Mutation[] {
  return [...sql.matchAll(/\b(where|and)\s+/g)].flatMap(({ 0: word, 1: kind, index }) => {
    if (/\bbetween\s+\S+\s+$/.test(sql.slice(0, index))) return []
    const from = index + word.length
    const end = conditionEnd(sql, from)
    if (end === undefined) return []
    const range = kind === 'where' ? { start: from, text: 'true' } : { start: index, text: '' }
    return [{ operator: 'sql-condition-dropped', end, ...range }]
  })
}

const statement: Operator = (node, source) => {
  if (node.type !== 'TaggedTemplateExpression') return []
  const tag = child(node, 'tag')
  if (!TAG.test(source.slice(tag.start, tag.end))) return []
  const quasi = child(node, 'quasi')
  const sql = masked(quasi, source)
  const swapped = WORDS.flatMap(([operator, pattern, table]) =>
    [...sql.matchAll(pattern)].map(({ 0: word, index }) => ({
      operator,
      start: index,
      end: index + word.length,
      text: table[word]!,
    })),
  )
  const offset = quasi.start + 1
  return [...swapped, ...droppedConditions(sql)].map((one) => ({
    ...one,
    start: one.start + offset,
    end: one.end + offset,
  }))
}

const BOUNDS = new Map([
  ['lt', 'lte'],
  ['lte', 'lt'],
  ['gt', 'gte'],
  ['gte', 'gt'],
])
const TURNED = new Map<unknown, string>([
  ['asc', "'desc'"],
  ['desc', "'asc'"],
])

const ofPrisma: Operator = (node) => {
  if (node.type !== 'Property') return []
  const key = child(node, 'key')
  const value = child(node, 'value')
  const bound = BOUNDS.get(nameOf(key) ?? '')
  if (bound && !node.shorthand) return [replaceNode('sql-border-moved', key, bound)]
  const turned = TURNED.get(value.value)
  if (turned) return [replaceNode('sql-order-turned', value, turned)]
  if (nameOf(key) !== 'where' || value.type !== 'ObjectExpression') return []
  return (value.properties as SyntaxNode[]).map((property) =>
    replaceNode('sql-condition-dropped', property, '...{}'),
  )
}

export const QUERIES: readonly Operator[] = [statement, ofPrisma]
