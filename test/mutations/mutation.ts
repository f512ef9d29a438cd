import type { SyntaxNode } from '../support/source-files.ts'

/** One edit of a file: the characters from `start` to `end` become `text`. */
export interface Mutation {
  operator: string
  start: number
  end: number
  text: string
}

/** The mutations of one node; `source` is the text of its whole file. */
export type Operator = (node: SyntaxNode, source: string) => Mutation[]

export const child = (node: SyntaxNode, field: string): SyntaxNode => node[field] as SyntaxNode

export const replaceNode = (operator: string, { start, end }: SyntaxNode, text: string): Mutation => ({
  operator,
  start,
  end,
  text,
})

/** The node without the parentheses around it. */
export const withoutParens = (node: SyntaxNode): SyntaxNode =>
  node.type === 'ParenthesizedExpression' ? withoutParens(child(node, 'expression')) : node

export const isFunction = ({ type }: SyntaxNode): boolean =>
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(type)

export const mutate = (source: string, { start, end, text }: Mutation): string =>
  source.slice(0, start) + text + source.slice(end)
