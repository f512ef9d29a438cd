const NAMED = new Map(
  Object.entries({
    ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', ndash: '–', mdash: '—', hellip: '…' },
    ...{ lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', times: '×', deg: '°', plusmn: '±', micro: 'µ' },
    ...{ alpha: 'α', beta: 'β', gamma: 'γ', delta: 'δ', Delta: 'Δ', kappa: 'κ', lambda: 'λ', mu: 'μ' },
    ...{ sigma: 'σ', omega: 'ω', le: '≤', ge: '≥', minus: '−', reg: '®', trade: '™', middot: '·' },
  }),
)
const ENTITY = /&(?:#(?<decimal>\d{1,7})|#x(?<hex>[0-9a-f]{1,6})|(?<name>[a-z]{2,8}));/gi
const MAX_CODE_POINT = 0x10ffff
const ACCENTED = /^([a-z])(grave|acute|circ|tilde|uml|ring|cedil)$/i
const ACCENTS = new Map(
  Object.entries({
    ...{ grave: '\u0300', acute: '\u0301', circ: '\u0302', tilde: '\u0303' },
    ...{ uml: '\u0308', ring: '\u030a', cedil: '\u0327' },
  }),
)

// Only known tag names, since "p < 0.05 and n > 3" is text.
const tags = (names: string): RegExp =>
  new RegExp(String.raw`</?(?:jats:)?(?:${names})(?:\s+[\w:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*/?>`, 'gi')
const BREAKS = tags('p|br|div|li|ul|ol|h[1-6]|sec|title|label|list|list-item|disp-formula')
const INLINE = tags('i|b|u|s|em|strong|italic|bold|underline|sc|small|span|a|font|tt|sup|sub|inline-formula')
const SCRIPT = /<(?<where>sup|sub)>(?<inside>[^<>]{1,12})<\/\k<where>>/gi

const PLAIN = '0123456789+-−=()'
const SCRIPTS: Record<string, string[]> = { sup: [...'⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾'], sub: [...'₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎'] }

/**
 * Removes HTML and JATS tags and decodes entities: "<i>E. coli</i> &amp; Ca<sup>2+</sup>" becomes "E. coli & Ca²⁺".
 * Also reads markup that was escaped twice. Never throws.
 */
export function markupToText(text: string): string {
  return withoutEntities(
    withoutEntities(text).replace(SCRIPT, scriptOf).replace(BREAKS, ' ').replace(INLINE, ''),
  )
}

const withoutEntities = (text: string): string =>
  text.replace(ENTITY, (whole, ...rest) => {
    const { decimal, hex, name } = rest.at(-1) as Record<string, string | undefined>
    if (name) return NAMED.get(name) ?? accented(name) ?? whole
    const code = decimal ? Number(decimal) : Number.parseInt(hex!, 16)
    return code <= MAX_CODE_POINT ? String.fromCodePoint(code) : whole
  })

function accented(name: string): string | undefined {
  const [, letter, accent] = ACCENTED.exec(name) ?? []
  return letter && accent && `${letter}${ACCENTS.get(accent.toLowerCase())}`.normalize('NFC')
}

// Raised or lowered words become plain text.
function scriptOf(_whole: string, where: string, inside: string): string {
  const signs = SCRIPTS[where.toLowerCase()]!
  const places = [...inside].map((sign) => PLAIN.indexOf(sign))
  return places.includes(-1) ? inside : places.map((place) => signs[place]).join('')
}
