// NFKC would make 102 of 10² and LoRATM of LoRA™. A run of some million signs would be too long for the engine.
const NORMALIZED = /[^²³¹⁰-ₜ™]{1,10000}/gu

/** NFKC on one line, without signs that nobody sees. */
export const normalizeText = (text: string): string =>
  text
    .replace(NORMALIZED, (part) => part.normalize('NFKC'))
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
