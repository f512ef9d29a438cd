// NFKC would turn 10² into 102 and LoRA™ into LoRATM. Runs are limited because the regex engine fails on a million
// characters.
const NORMALIZED = /[^²³¹⁰-ₜ™]{1,10000}/gu

/** NFKC on one line, without invisible characters. */
export const normalizeText = (text: string): string =>
  text
    .replace(NORMALIZED, (part) => part.normalize('NFKC'))
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
