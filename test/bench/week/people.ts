/** A field, the sources that bring it, and people who follow topics in it. */
export interface Field {
  name: 'biology' | 'economics'
  /** What SOURCES has for it. */
  sources: string
  people: readonly Person[]
}

interface Person {
  name: string
  topics: readonly string[]
}

const GENETICISTS: readonly Person[] = [
  {
    name: 'population geneticist',
    topics: [
      '"natural selection" OR "selective sweep" OR adaptation',
      '"population structure" OR admixture OR demography',
    ],
  },
  {
    name: 'human geneticist',
    topics: ['"genome-wide association" OR GWAS OR heritability', 'recombination OR "mutation rate"'],
  },
  {
    name: 'transcriptomics lab',
    topics: ['RNA-seq OR transcriptome', 'chromatin OR "transcription factor"'],
  },
  { name: 'sequencing lab', topics: ['"genome assembly" OR "sequence alignment"', 'single-cell'] },
]

const OTHER_BIOLOGISTS: readonly Person[] = [
  {
    name: 'microbiologist',
    topics: ['antibiotic resistance OR "drug resistance"', 'microbiome OR metagenomics'],
  },
  { name: 'virologist', topics: ['virus evolution', '"infectious disease" OR epidemic'] },
  {
    name: 'neuroscientist',
    topics: ['visual cortex OR "neural coding"', 'memory neurons OR "synaptic plasticity"'],
  },
  { name: 'brain imaging lab', topics: ['fMRI OR "functional connectivity"', 'EEG OR MEG'] },
  { name: 'ecologist', topics: ['"species diversity" OR biodiversity', '"climate change"'] },
  { name: 'systematist', topics: ['phylogenetic OR phylogeny', 'speciation OR hybridization'] },
]

const ECONOMISTS: readonly Person[] = [
  { name: 'labour economist', topics: ['wages OR "labor market" OR unemployment', 'education OR schooling'] },
  { name: 'demographer', topics: ['immigration OR migrants', '"gender gap" OR women OR motherhood'] },
  { name: 'monetary economist', topics: ['"monetary policy" OR "central bank"', 'inflation expectations'] },
  { name: 'fiscal economist', topics: ['"fiscal policy" OR "public debt"', 'tax evasion OR taxation'] },
  {
    name: 'trade economist',
    topics: ['trade tariffs OR "global value chains"', '"exchange rate" OR "capital flows"'],
  },
  {
    name: 'development economist',
    topics: ['poverty OR "cash transfers"', 'farmers OR agricultural productivity'],
  },
  {
    name: 'climate economist',
    topics: ['"climate change" OR "carbon tax"', 'electricity OR renewable energy'],
  },
  { name: 'banking economist', topics: ['bank lending OR "bank runs"', 'mortgage OR housing'] },
  {
    name: 'financial economist',
    topics: ['"asset pricing" OR "stock returns"', '"artificial intelligence"'],
  },
  { name: 'health economist', topics: ['"health insurance" OR hospital', 'mortality OR "life expectancy"'] },
]

export const FIELDS: readonly Field[] = [
  {
    name: 'biology',
    sources: 'biorxiv,openalex:primary_topic.field.id:13#Journals of biology',
    people: [...GENETICISTS, ...OTHER_BIOLOGISTS],
  },
  {
    name: 'economics',
    sources: 'openalex:language:en,primary_topic.field.id:20#Economics',
    people: ECONOMISTS,
  },
]
