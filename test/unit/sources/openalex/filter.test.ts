import { describe, expect, test } from 'vitest'
import { encodedFilter, namesTypes, parseFilter } from '../../../../src/sources/openalex/filter.ts'
import { parseSourceName, sourceNameOf, sourceTitle } from '../../../../src/sources/registry.ts'

describe('parseFilter', () => {
  test.each([
    ['primary_location.source.id:S137773608', 'primary_location.source.id:S137773608'],
    [' type:article , is_oa:true ', 'type:article,is_oa:true'],
    [
      'authorships.institutions.ror:https://ror.org/042nb2s44',
      'authorships.institutions.ror:https://ror.org/042nb2s44',
    ],
    ['primary_topic.field.id:20|13,language:!de', 'primary_topic.field.id:20|13,language:!de'],
    ['title.search:"price level, wages"', 'title.search:"price+level,+wages"'],
    ['title.search:München', 'title.search:M%C3%BCnchen'],
    ['title.search:climate%2C biodiversity', 'title.search:climate%2C+biodiversity'],
    ['cited_by_count:>10', 'cited_by_count:>10'],
  ])('"%s" is written %s', (text, filter) => expect(parseFilter(text)).toBe(filter))

  test.each(['', ' ', ',', 'Nature', 'type:', ':article', 'type:article,Nature', '1:2', 'no such section'])(
    '"%s" is no filter',
    (text) => expect(parseFilter(text)).toBeUndefined(),
  )

  test.each([
    'from_created_date:2026-01-01',
    'type:article,updated_date:>2026-01-01',
    'to-created-date:2026-01-01',
  ])('%s is for paying customers only', (text) => expect(parseFilter(text)).toBeUndefined())
})

test.each([
  ['type:article,is_oa:true', 'type%3Aarticle%2Cis_oa%3Atrue'],
  ['title.search:"price+level"', 'title.search%3A%22price%20level%22'],
  ['title.search:M%C3%BCnchen', 'title.search%3AM%C3%BCnchen'],
  ['title.search:a&select=id#x', 'title.search%3Aa%26select%3Did%23x'],
])('encodedFilter writes %s as %s', (filter, text) => expect(encodedFilter(filter)).toBe(text))

test('namesTypes is true only for a filter that says which types it wants', () => {
  expect(namesTypes('primary_location.source.id:S1,type:dataset')).toBe(true)
  expect(namesTypes('is_paratext:true')).toBe(true)
  expect(namesTypes('primary_location.source.type:journal')).toBe(false)
})

describe('a filter in SOURCES', () => {
  const name = 'openalex:primary_location.source.id:S137773608,type:article#Nature articles'

  test('has one spelling, and the label as its title', () => {
    const named = parseSourceName(name)!
    expect(sourceNameOf(named)).toBe(
      'openalex:primary_location.source.id:S137773608,type:article#Nature%20articles',
    )
    expect(sourceTitle(name)).toBe('Nature articles')
  })

  test('without a label is cut in titles', () => {
    expect(sourceTitle('openalex:type:article')).toBe('OpenAlex type:article')
    const long = `openalex:${Array.from({ length: 9 }, (_, n) => `authorships.author.id:A${n}`).join('|')}`
    expect(sourceTitle(long)).toHaveLength(60)
  })
})
