import { describe, expect, test } from 'vitest'
import { tokensOf } from '../../../../src/queries/text/tokens.ts'

const keyOf = (word: string) => tokensOf(word).map(({ key }) => key)

/** [kind, word, word] for each pair of a list. */
const pairsOf = (lists: [kind: string, pairs: string][]): [string, string, string][] =>
  lists.flatMap(([kind, pairs]) =>
    pairs.split(',').map((pair): [string, string, string] => {
      const [first = '', second = ''] = pair.trim().split(/\s+/)
      return [kind, first, second]
    }),
  )

describe('one word', () => {
  const one = pairsOf([
    [
      'British and American spelling',
      `behaviour behavior, behaviours behavioral, behavioural behavior, colour color, colourings colorings,
      coloured colored, neighbour neighbor, neighbouring neighboring, neighbourhoods neighborhood,
      favourable favorable, unfavourable unfavorable, tumour tumors, rumours rumor, labour labor, honours honor,
      humour humor, rigour rigor, flavours flavor, harbour harbor, endeavours endeavor, odour odor, vapour vapor,
      armour armor, watercolour watercolor, centre center, centred centered, datacentres datacenter, fibre fibers,
      metre meters, nanometres nanometer, litres liter, theatre theater, calibre caliber, spectre specter,
      catalogue catalog, catalogued cataloged, dialogues dialog, analogue analog, homologues homolog,
      monologue monolog, defence defense, offences offense, pretence pretense, licence license, licences licenses,
      practise practice, practised practiced, programme program, programmes programs, grey gray, greyscale grayscale,
      artefacts artifact, sceptical skeptical, sceptics skeptic, manoeuvre maneuver, manoeuvring maneuvering,
      manoeuvrable maneuverable, anaemia anemia, leukaemia leukemia, haemorrhage hemorrhage, ischaemic ischemic,
      paediatric pediatric, encyclopaedic encyclopedic, foetal fetal, oedema edema, oesophageal esophageal,
      oestrogen estrogen, anaesthesia anesthesia, sulphur sulfur, moulds mold, aluminium aluminum, discs disk,
      learnt learned, ageing aging, judgement judgment, modelling modeling, modelled modeled, labelled labeled,
      unlabelled unlabeled, signalling signaling, travelling traveling, cancelled canceled, fulfil fulfill,
      fulfilment fulfillment, enrolment enrollment, distil distill, channelling channeling`,
    ],
    [
      '-ise and -ize',
      `optimise optimize, optimisation optimization, optimiser optimizers, optimisations optimize, organise organize,
      organisation organization, organisational organizational, organisers organizer, generalise generalization,
      generalised generalized, generalisable generalizability, generalising generalizes, characterise characterize,
      characterisation characterization, recognise recognize, recognised recognizing, utilise utilize,
      minimise minimization, maximising maximize, randomised randomized, summarise summarization,
      visualisation visualizations, normalisation normalize, regulariser regularization, tokeniser tokenizer,
      quantisation quantization, discretised discretize, localisation localization, personalised personalization,
      synthesise synthesizing, hypothesise hypothesize, emphasise emphasizes, criticise criticize,
      specialised specialize, parametrised parametrized, synchronisation synchronize, prioritise prioritize,
      amortised amortized, ionising ionizing, realise realize, analyse analyze, analysed analyzed,
      analysing analyzing, analyser analyzer, catalyse catalyze, hydrolysed hydrolyzed, paralyse paralyze`,
    ],
    [
      'a plural and its singular',
      `analyses analysis, hypotheses hypothesis, theses thesis, syntheses synthesis, diagnoses diagnosis,
      crises crisis, emphases emphasis, parentheses parenthesis, synopses synopsis, prognoses prognosis,
      metastases metastasis, axes axis, matrices matrix, matrixes matrix, submatrices submatrix, vertices vertex,
      indices index, indices indexes, appendices appendix, simplices simplex, cortices cortex, vortices vortex,
      helices helix, criteria criterion, phenomena phenomenon, automata automaton, polyhedra polyhedron,
      mitochondria mitochondrion, ganglia ganglion, lexica lexicon, corpora corpus, corpora corpuses,
      subcorpora subcorpus, genera genus, spectra spectrum, bacteria bacterium, equilibria equilibrium,
      minima minimum, maxima maximum, optima optimum, extrema extremum, curricula curriculum, strata stratum,
      schemata schema, schemata schemas, lemmata lemmas, stigmata stigma, stimuli stimulus, nuclei nucleus,
      loci locus, foci focus, radii radius, fungi fungus, moduli modulus, thesauri thesaurus, syllabi syllabus,
      formulae formula, formulae formulas, larvae larva, antennae antenna, vertebrae vertebra, children child,
      mice mouse, people person, people persons, women woman, men man, feet foot, teeth tooth, lenses lens, gases gas, buses bus,
      biases bias, quizzes quiz, wolves wolf, halves half, shelves shelf, knives knife, studies study, viruses virus`,
    ],
    [
      'inflections of a subject',
      `generalization generalize, generalizable generalize, experiments experimental, universities university,
      universally universal, organizations organizational, dependencies dependent, activations activate,
      activities activity, complexities complexity, properties property, similarities similarity,
      analogies analogical, continuity continuously, grounded grounding, adaptors adapter, coordinated coordination,
      emergencies emergency, relational relations, transformers transformer, embeddings embedding,
      engineering engineers, meanings meaning, localized localization, normalized normalization, positional position,
      effectiveness effective, critically critical, probabilities probability, distributional distribution,
      validation validated, objectives objective, consistency consistent, personalized personalization,
      demonstrations demonstration, requirements requirement, operators operator, productivity productive,
      models modelled, reasoning reasons`,
    ],
  ])
  test.each(one)('%s: %s, %s', (_, first, second) => expect(keyOf(first)).toEqual(keyOf(second)))
})

describe('two words', () => {
  const two = pairsOf([
    [
      'a general word and a subject',
      `general generalization, generally generalize, general generalise, general generalised, specific specification,
      specific specificity, complex complexity, similar similarity, different difference, significant significance,
      several severe, important importance, import important, numerous numerical, multiple multiplication,
      present presentation, propose proposal, demonstrate demonstration, provide provider, available availability,
      existing existence, require requirement, interesting interest, useful use, powerful power, helpful help,
      careful care, reasonable reasoning, excellent excel, between betweenness, content contention, contain container,
      employ employment, conduct conductivity, consist consistency, depend dependency, appear appearance,
      affect affective, expect expectation, effective effect, extensive extension, comprehensive comprehension,
      practical practice, natural nature, critical critic, original origin, initial initialize, initiative initial,
      major majority, minor minority, progress progressive, progress progression, complete completion,
      contrast contrastive, success successive, probably probability, contexts contest`,
    ],
    [
      'a field and an adjective',
      `physics physical, mechanics mechanism, mechanics mechanical, mechanism mechanical, dynamics dynamic,
      electronics electronic, electron electronic, analytics analytical, graphics graphical, logistics logistic,
      universal university, universe university, universe universal, organ organization, organ organic,
      organic organism, organism organization, relation relativity, relation relative, relativity relative,
      related relation, experiment experience, animal animation, policy police, news new, army arm,
      community communication, generic general, generate general, opera operate, number numerical, probe probable,
      genus generic, iron ironic, miner mineral, polite political, lateral later, humanities human, business busy,
      federal federated, journal journalism, author authority, authority authorize, memory memorial,
      medical medication, digit digital, digital digitize`,
    ],
    [
      'two subjects',
      `active activity, activity activation, active activation, adapter adaptation, adaptive adaptation,
      object objective, subject subjective, position positive, integral integrity, integration integral,
      valid validation, precise precision, factor factorization, public publication, transform transformer,
      document documentation, derivative derive, token tokenizer, continuous continual, continue continuous,
      engine engineering, alternative alternating, indicator indicate, index indicate, Indic indicate,
      reference refer, collective collection, negative negation, minimal minimize, maximal maximize,
      operator operation, optimal optimization, special specialize, emergence emergency, central centralized,
      central centrality, utility utilize, interpreter interpretation, internal international, variation variational,
      attribute attribution, variable variability, discriminative discrimination, connection connectivity,
      intense intensity, product production, production productivity, regular regularization, expression expressive,
      person personal, person personality, personal personalized, identity identical, composition composite,
      computer computation, differential differentiable, character characterize, normal normalization,
      consumer consume, receive receiver, conversation conversion, converse conversation, assistant assistance,
      period periodic, fit fitness, categorical categorize, margin marginal, marginal marginalized, customer custom,
      format formation, coordinate coordination, analog analogy, fraction fractional, transport transportation,
      proximity proximal, respond respondent, except exception, govern government, authentic authentication,
      conservation conservative, sustain sustainable, system systemic, transition transitive, transit transition,
      define definite, polar polarity, polarity polarization, equal equality, equalize equality, mind mindfulness,
      covariance covariate, figure figurative, mean meaning, means meanings, build building, set setting,
      embedded embedding, rank ranking, image imaging, scale scaling, ground grounding, bound bounding,
      market marketing, light lighting, frame framing, screen screening, time timing, rate rating,
      sequence sequencing, local localization, visual visualization, standard standardization,
      distributed distribution, direct direction, competition competitive, compete competence,
      associative association, module modulation, additive additional, inform information, informal information,
      informatics information, access accessible, develop developer, moderate moderation, plastic plasticity,
      affine affinity, occupancy occupation, conference confer, fabric fabrication, hospital hospitality,
      literal literate, factory factorial, analysis analyze, analyses analyse, hypotheses hypothesize,
      vertices vertical, indices Indic, media medium, data datum, leaves leaf, bases basis, theses these, hour four,
      precise prize, size seize, promise promote, daemon demon, metre metric, program programmer`,
    ],
  ])
  test.each(two)('%s: %s, %s', (_, first, second) => expect(keyOf(first)).not.toEqual(keyOf(second)))
})
