"""English words that say how a sentence is built and not what it is about, by what they do in it.

Lower-case, without apostrophes: the form that `preparation.tokens` gives a text's words.
"""


def listed(text: str) -> frozenset[str]:
    """The words of a list that is written with blanks between."""
    return frozenset(text.split())


# Articles, pronouns, and what points or counts without naming.
POINTING = listed("""
    an the this that these those he she it they we you him her them us me my mine your yours his hers its
    our ours their theirs myself yourself himself herself itself ourselves yourselves themselves who whom
    whose which what whatever whichever whoever someone somebody something anyone anybody anything everyone
    everybody everything nobody nothing none one ones oneself other others another each either neither both
    all any some such same own few fewer less least many more most much several enough every two three four
    five six seven eight nine ten first second third last next half
""")

# Prepositions and conjunctions.
JOINING = listed("""
    of in on at by for from with without within into onto upon to toward towards about above across after
    against along alongside amid among amongst around as before behind below beneath beside besides between
    beyond despite down during except inside like near off out outside over past per plus since than through
    throughout till under underneath unlike until up via versus vs and but or nor so yet if unless because
    although though while whilst whereas whether where wherever when whenever why how however therefore thus
    hence moreover furthermore otherwise nevertheless nonetheless meanwhile
""")

# Auxiliaries, what is left of contractions, and the forms that lost their apostrophe.
AUXILIARY = listed("""
    am is are was were be been being have has had having do does did done doing can cannot could shall
    should will would may might must ought let lets not no yes ain im ive ill id youre youve youll youd hes
    shes thats theyre theyve theyll weve whats heres theres isnt arent wasnt werent dont doesnt didnt cant
    couldnt wont wouldnt shouldnt mustnt mightnt neednt shant havent hasnt hadnt aint gonna gotta wanna ll
    re ve nt wo
""")

# Adverbs of degree, time, place and manner that go with any subject.
ADVERBS = listed("""
    very too quite rather really just only even also still already again ever never always often sometimes
    usually rarely seldom almost nearly mostly mainly simply merely actually basically certainly clearly
    probably perhaps maybe possibly apparently obviously definitely surely especially particularly exactly
    completely entirely totally fully highly extremely truly somewhat somehow anyway instead else elsewhere
    everywhere anywhere nowhere somewhere here there now then today soon later once twice ago away back
    forward together apart well better best far long ahead indeed finally eventually suddenly recently
    currently generally etc eg ie ok okay oh
""")

# Verbs so general that any text has them, and the nouns that go with any of them.
GENERAL = listed("""
    get gets getting got gotten go goes going gone went come comes coming came make makes making made take
    takes taking took taken give gives giving gave given put puts putting keep keeps keeping kept say says
    saying said tell tells telling told know knows knowing knew known think thinks thinking thought see sees
    seeing saw seen look looks looking looked seem seems seeming seemed want wants wanting wanted need needs
    needing needed use uses using used try tries trying tried become becomes becoming became find finds
    finding found let thing things way ways lot lots kind kinds sort sorts bit part parts fact course
""")

STOP_WORDS = POINTING | JOINING | AUXILIARY | ADVERBS | GENERAL
