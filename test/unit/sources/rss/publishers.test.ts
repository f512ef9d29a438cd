import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { toRecords } from '../../../../src/sources/rss/item-record.ts'
import { parseFeed } from '../../../../src/sources/rss/parse-feed.ts'
import { sourceRecord } from '../../../../src/sources/source.ts'

// Three items of each feed as it was recorded, with the beginnings of its texts.

const fixtures = resolve(import.meta.dirname, '../../../fixtures/rss')

const recordsOf = (name: string) => {
  const { records, refused } = toRecords(
    parseFeed(readFileSync(resolve(fixtures, name), 'utf8')),
    `https://example.org/${name}`,
  )
  expect(refused).toEqual([])
  return records
}

const FIRST: Record<string, object> = {
  'wiley.xml': {
    keys: [{ scheme: 'doi', value: '10.1002/tax.12650' }],
    authors: ['Rachel M. Binks', 'Margaret Heslewood', 'Peter G. Wilson', 'Margaret Byrne'],
    organization: 'TAXON',
    publishedAt: new Date('2021-12-20T08:09:28Z'),
    abstract: expect.stringMatching(/^Leptospermum is an ecologically/),
  },
  'elsevier.xml': {
    keys: [{ scheme: 'link', value: 'sciencedirect.com/science/article/pii/S1055790321002906' }],
    authors: ['David R. Bickel'],
    organization: 'Molecular Phylogenetics and Evolution',
    abstract: '',
    projectUrl: 'https://www.sciencedirect.com/science/article/pii/S1055790321002906?dgcid=rss_sd_all',
  },
  'oxford.xml': {
    keys: [{ scheme: 'doi', value: '10.1093/zoolinnean/zlab078' }],
    authors: ['Brandão S', 'Saeedi H', 'Brandt A.'],
    organization: 'Zoological Journal of the Linnean Society',
    abstract: expect.stringMatching(/^The Southern Ocean/),
  },
  'taylor-francis.rdf': {
    keys: [{ scheme: 'doi', value: '10.1080/09397140.2021.1992835' }],
    authors: ['Şafak Bulut', 'Gül Olgun Karacan'],
    organization: 'Zoology in the Middle East',
    abstract: '',
  },
  'pubmed.xml': {
    keys: [{ scheme: 'doi', value: '10.1016/j.parint.2021.102531' }],
    organization: 'Parasitology international',
    abstract: 'A new species of Gyrodactylus was described on the body surface of zebrafish (Danio …',
  },
  'pensoft.xml': {
    keys: [{ scheme: 'doi', value: '10.3897/phytokeys.187.77035' }],
    title: 'Two new species in the fern genus Lomariopsis (Lomariopsidaceae) from East Asia',
    organization: 'PhytoKeys',
    abstract: 'Two East Asian Lomariopsis (Lomariopsidaceae, Polypodiales) species, …',
    authors: expect.arrayContaining(['Yi-Hsuan Wu', 'Li-Yaung Kuo']),
  },
  'ojs.rdf': {
    keys: [{ scheme: 'link', value: 'mapress.com/zt/article/view/zootaxa.5082.5.1' }],
    title:
      'Description of Nola estonica sp. nov., with comparison to N. aerugula and N. atomosa stat. rev. (Lepidoptera, Nolidae, Nolinae)',
    organization: 'Zootaxa',
  },
  'ojs.atom': {
    keys: [{ scheme: 'link', value: 'contributions-to-entomology.org/article/view/2039' }],
    authors: ['Volker Assing', 'Heinrich Meybohm'],
    publishedAt: new Date('2021-06-30T00:00:00Z'),
  },
  'ingenta.rdf': {
    organization: 'PERSOONIA MOLECULAR PHYLOGENY AND EVOLUTION OF FUNGI',
    authors: expect.arrayContaining(['A.S. Urquhart', 'A. Idnurm']),
  },
  'cambridge.rdf': {
    keys: [{ scheme: 'doi', value: '10.4039/tce.2021.38' }],
    authors: ['Toshio Inoda'],
    publishedAt: new Date('2021-08-11T00:00:00Z'),
  },
}

describe.each(Object.entries(FIRST))('the feed %s', (name, first) => {
  test('becomes three papers with all that it says', () => {
    const records = recordsOf(name)
    expect(records).toHaveLength(3)
    expect(records[0]).toMatchObject(first)
    for (const record of records) expect(sourceRecord.strict().parse(record)).toEqual(record)
  })

  test('has no tags and no email addresses', () => {
    expect(JSON.stringify(recordsOf(name))).not.toMatch(/<\/?[a-z]|@|&[a-z]+;/i)
  })
})
