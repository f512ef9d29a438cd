import type { SyntaxNode } from '../support/source-files.ts'
import { child, type Mutation, type Operator, replaceNode, withoutParens } from './mutation.ts'

// Mutations of comparisons, logic, arithmetic, numbers, templates and array methods.

const NEGATED: Record<string, string> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '===': '!==',
  '!==': '===',
}
const MOVED: Record<string, string> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' }
const ARITHMETIC: Record<string, string> = { '+': '-', '-': '+', '*': '/', '/': '*', '%': '*' }
const ASSIGNED: Record<string, string> = { '+=': '-=', '-=': '+=', '*=': '/=', '/=': '*=' }
const LOGICAL: Record<string, string> = { '&&': '||', '||': '&&' }
const METHODS = new Map([
  ['some', 'every'],
  ['every', 'some'],
])
/** Numbers up to here change by one, larger ones by half and double. */
const SMALL = 100

/** True for `'a' + b` and whatever else can only be text. */
const isText = (node: SyntaxNode): boolean => {
  const { type, value, left, right } = withoutParens(node)
  if (type === 'BinaryExpression') return isText(left as SyntaxNode) || isText(right as SyntaxNode)
  return type === 'TemplateLiteral' || typeof value === 'string'
}

function swapOperator(
  name: string,
  node: SyntaxNode,
  source: string,
  table: Record<string, string>,
): Mutation[] {
  const before = String(node.operator)
  const after = table[before]
  if (!after) return []
  const start = source.indexOf(before, child(node, 'left').end)
  return [{ operator: name, start, end: start + before.length, text: after }]
}

const binary: Operator = (node, source) => {
  if (node.type === 'LogicalExpression') return swapOperator('logical-swapped', node, source, LOGICAL)
  if (node.type === 'AssignmentExpression') {
    return isText(child(node, 'right')) ? [] : swapOperator('arithmetic-swapped', node, source, ASSIGNED)
  }
  if (node.type !== 'BinaryExpression') return []
  return [
    ...swapOperator('comparison-flipped', node, source, NEGATED),
    ...swapOperator('border-moved', node, source, MOVED),
    ...(isText(node) ? [] : swapOperator('arithmetic-swapped', node, source, ARITHMETIC)),
  ]
}

const condition: Operator = (node, source) => {
  if (node.type !== 'IfStatement' && node.type !== 'ConditionalExpression') return []
  const test = child(node, 'test')
  const { type, operator } = withoutParens(test)
  const negated = replaceNode('condition-negated', test, `!(${source.slice(test.start, test.end)})`)
  return [
    ...(type === 'BinaryExpression' && NEGATED[String(operator)] ? [] : [negated]),
    replaceNode('condition-true', test, 'true'),
    replaceNode('condition-false', test, 'false'),
  ]
}

const number: Operator = (node) => {
  const { type, value, parent } = node
  if (type !== 'Literal' || typeof value !== 'number') return []
  if (parent!.type === 'Property' && parent!.key === node) return []
  const isSmall = Number.isInteger(value) && value <= SMALL
  return [
    replaceNode('number-raised', node, String(isSmall ? value + 1 : value * 2)),
    replaceNode('number-lowered', node, isSmall ? `(${value - 1})` : String(value / 2)),
  ]
}

const arrayMethod: Operator = (node) => {
  if (node.type !== 'CallExpression') return []
  const callee = child(node, 'callee')
  if (callee.type !== 'MemberExpression') return []
  const property = child(callee, 'property')
  const name = String(property.name)
  if (name === 'filter') {
    return [{ operator: 'filter-dropped', start: child(callee, 'object').end, end: node.end, text: '' }]
  }
  const other = METHODS.get(name)
  return other ? [replaceNode('method-swapped', property, other)] : []
}

const template: Operator = (node) =>
  node.type === 'TemplateLiteral' && node.parent!.type !== 'TaggedTemplateExpression'
    ? [replaceNode('template-emptied', node, "''")]
    : []

export const EXPRESSIONS: readonly Operator[] = [binary, condition, number, arrayMethod, template]
