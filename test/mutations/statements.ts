import { ancestorsOf, type SyntaxNode } from '../support/source-files.ts'
import { child, isFunction, type Mutation, type Operator, replaceNode, withoutParens } from './mutation.ts'

// Mutations of calls whose result is not used, and of what a function returns.

/** A missing line of the log is not a fault that tests should find, except for the contract of log events. */
const LOGS = /(^|\.)log\.(trace|debug|info|warn|error|fatal)\(/

const call: Operator = (node, source) => {
  if (node.type !== 'ExpressionStatement') return []
  const { type, start, end } = child(node, 'expression')
  if (LOGS.test(source.slice(start, end).split('\n', 1)[0]!)) return []
  if (type === 'CallExpression') return [replaceNode('call-removed', node, '{}')]
  return type === 'AwaitExpression' ? [replaceNode('await-removed', node, '{}')] : []
}

/** `return x` and `() => x`: x, and the text of the function's return type ('' if it has none). */
function returned(node: SyntaxNode, source: string): { value: SyntaxNode; type: string } | undefined {
  const isArrow = node.type === 'ArrowFunctionExpression' && child(node, 'body').type !== 'BlockStatement'
  const value = isArrow
    ? child(node, 'body')
    : node.type === 'ReturnStatement'
      ? child(node, 'argument')
      : null
  if (!value) return undefined
  const owner = isArrow ? node : ancestorsOf(node).find(isFunction)
  const annotation = owner?.returnType as SyntaxNode | null | undefined
  const text = annotation ? source.slice(annotation.start, annotation.end).replace(/^:\s*/, '') : ''
  return { value, type: text.replace(/^Promise<([\s\S]*)>$/, '$1') }
}

const isComparison = ({ type, operator }: SyntaxNode): boolean =>
  (type === 'BinaryExpression' && /^([<>]=?|[!=]==|in)$/.test(String(operator))) ||
  (type === 'UnaryExpression' && operator === '!')

/** Constants of the type of what is returned, as far as the text tells it. */
function constantsOf(value: SyntaxNode, type: string): string[] {
  if (/^boolean\b| is /.test(type) || (!type && isComparison(value))) return ['true', 'false']
  if (/^number\b/.test(type)) return value.value === 0 ? ['1'] : ['0']
  if (/^string( \||$)/.test(type) || (!type && value.type === 'TemplateLiteral')) return ["''"]
  if (/\[\]$/.test(type)) return ['[]']
  if (/\| undefined$/.test(type)) return ['undefined']
  return /\| null$/.test(type) ? ['null'] : []
}

const returnValue: Operator = (node, source) => {
  const found = returned(node, source)
  if (!found) return []
  const { value, type } = found
  const text = source.slice(value.start, value.end)
  return constantsOf(withoutParens(value), type)
    .filter((constant) => constant !== text)
    .map((constant): Mutation => replaceNode('return-constant', value, constant))
}

export const STATEMENTS: readonly Operator[] = [call, returnValue]
