/** "1,204", "12.5": with up to three decimals. */
export function numberText(value: number): string {
  const [whole = '', decimals] = String(Math.round(value * 1000) / 1000).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return decimals === undefined ? grouped : `${grouped}.${decimals}`
}

const UNITS: readonly [number, string][] = [
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'K'],
]

/** "1.2K", "12K", "3.4M": two digits, or all before the point. */
export function shortNumber(value: number): string {
  for (const [size, unit] of UNITS) {
    // "1M", not "1000K".
    if (Math.round(value / (size / 1000)) < 1000) continue
    const inUnits = value / size
    return `${inUnits < 9.95 ? Math.round(inUnits * 10) / 10 : Math.round(inUnits)}${unit}`
  }
  return numberText(value < 9.95 ? Math.round(value * 10) / 10 : Math.round(value))
}
