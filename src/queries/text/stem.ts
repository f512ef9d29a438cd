import { newStemmer } from 'snowball-stemmers'

const english = newStemmer('english')

// Plurals of abbreviations, which Snowball does not stem: llms, gpus.
const ABBREVIATIONS = /^([b-df-hj-np-tv-xz]{2,}[b-df-hj-np-rtv-xz]|[cgnt]pu)s$/

/** The common stem of a word's inflections, in lower case: models and model are both "model". */
export const stemOf = (word: string): string => ABBREVIATIONS.exec(word)?.[1] ?? english.stem(word)
