"""The words that the demo's invented names are made of.

No name of a real artist, album or track is in here: names are put together from syllables and
everyday words by ``demo_world``. Genres are the ordinary names of genres.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ONSETS = _words("""
    Ba Bel Bri Ca Cal Cor Da Del Dri El Fa Fen Flo Ga Gal Gri Ha Hel Ho Il Is Ja Jo Ka Kel Ko
    La Lin Lo Ma Mel Mi Mo Na Nel No Ol Or Pa Pel Pri Qua Ra Ren Ro Sa Sel Si So Ta Tel Tri Ul
    Va Vel Vi Wa Wen Yo Za Zel
""")
MIDDLES = _words("""
    ba be bri ca ce da de dra fa fe ga ge la le li lo lu ma me mi mo na ne ni no ra re ri ro sa
    se si ta te ti to va ve vi za
""")
ENDINGS = _words("""
    ban bel bor dan del dor fen gan kan ken lan len lin lor lux man mar men min mor nar nel nix
    nor pan phe ral ran ren ril ros san sen sha tan tel tis ton ual van ven vik win xis zan zor
""")

ADJECTIVES = _words("""
    Amber Ancient Bitter Blind Blue Borrowed Bright Broken Burning Careful Cheap Clear Cold
    Common Copper Crooked Crowded Dark Dear Deep Distant Double Dry Early Eastern Electric
    Empty Endless Faded Fallen Familiar False Feather Final First Foreign Forgotten Fragile
    Free Frozen Gentle Giant Glass Golden Good Grand Green Half Heavy Hidden High Hollow Holy
    Honest Human Hungry Idle Inner Iron Ivory Jealous Kind Last Late Lazy Light Little Local
    Lonely Long Lost Loud Low Lucky Magnetic Marble Minor Modern Narrow Native Nervous New
    Noble Northern Old Open Orange Other Outer Pale Paper Patient Perfect Plain Private Proud
    Pure Quick Quiet Rare Red Restless Right Rising Rough Round Royal Rusty Sacred Salt Second
    Secret Shallow Sharp Short Shy Silent Silver Simple Slow Small Soft Solar Southern Spare
    Still Strange Stray Sudden Sweet Tall Tender Thin Third Tired True Twin Upper Useful Velvet
    Violet Warm Wasted Western Wide Wild Wooden Young
""")
NOUNS = _words("""
    Accident Acre Address Alarm Alley Anchor Angle Animal Answer Apron Arcade Arrow Ash Attic
    August Avenue Balcony Ballast Bank Banner Basement Basin Battery Bay Beacon Bell Bench
    Bicycle Bird Border Bottle Branch Brass Bread Breath Bridge Brother Bucket Button Cabin
    Cable Camera Candle Canvas Carbon Carousel Cathedral Ceiling Cellar Chain Chalk Channel
    Chapel Circle Circuit City Clay Cloud Coast Coat Coin Colony Comet Compass Copy Coral
    Corner Cotton Country Courtyard Cradle Crane Crown Crystal Curtain Cycle Dance Danger
    Daughter Dawn Debt December Delta Desert Diamond Diary Door Dream Drift Driver Dust Echo
    Edge Elevator Ember Engine Envelope Eve Evening Exit Fabric Factory Family Farewell Father
    Feather Fence Ferry Fever Field Figure Finger Fire Flag Flame Flood Floor Flower Fog Forest
    Fortune Fountain Frame Frost Garden Gate Ghost Gift Glove Grain Gravel Gravity Guest Habit
    Hammer Harbour Harvest Hazel Heart Hill History Holiday Honey Horizon Horse Hotel Hour
    House Hunger Hurricane Ink Island Jacket January Jewel Journey Junction Kettle Key Kingdom
    Kitchen Kite Ladder Lake Lamp Landing Language Lantern Lemon Lens Letter Library Lighthouse
    Lily Line Lion Lock Luggage Machine Map Marble March Market Meadow Memory Mercury Message
    Meteor Midnight Mile Milk Mirror Moment Monday Moon Morning Mother Motor Mountain Mouth
    Museum Needle Neighbour Nest Night North Note November Number Oak Ocean October Office
    Olive Orbit Orchard Organ Oven Page Palace Palm Parade Paradise Parallel Passage Pattern
    Pearl Pencil Phantom Piano Picture Pillow Pilot Planet Plaster Plate Platform Pocket
    Portrait Postcard Powder Prayer Present Promise Puzzle Quarry Quarter Radio Railway Rain
    Reason Record Ribbon River Road Roof Room Root Rope Rumour Sail Sand Satellite School
    Science Season Seed Shadow Shelter Shore Shoulder Signal Sister Skeleton Sky Sleep Smoke
    Snow Sofa Soil Solstice South Spark Spiral Splinter Spring Square Stair Station Statue
    Steam Stone Storm Story Stranger Street Summer Sunday Surface Swallow Table Tape Teeth
    Telephone Temple Theatre Thread Thunder Ticket Tide Timber Tower Town Traffic Train Tunnel
    Twilight Umbrella Uncle Valley Vase Village Vine Voice Voyage Wagon Wall Water Wave Weather
    Weight Whale Wheel Whisper Window Winter Wire Witness Wolf Wonder Yard Yesterday Zenith
""")
VERBS = _words("""
    Ask Bend Bless Break Bring Build Burn Call Carry Catch Chase Climb Close Count Cross Draw
    Drive Drop Feed Find Fold Follow Forget Give Hear Hide Hold Keep Leave Lend Lift Light Lose
    Mend Miss Move Name Open Paint Pass Pull Push Raise Reach Read Ring Save Sell Send Shake
    Show Sing Skip Steal Stop Swim Take Tell Throw Touch Trace Trade Turn Walk Wash Watch Win
    Write
""")
PLAIN_TITLES = (
    "Intro",
    "Outro",
    "Interlude",
    "Home",
    "Skit",
    "Prelude",
    "Untitled",
    "Stay",
    "Alone",
)

# Genre and its share among artists; the mix leans as the calibrated listener's does.
GENRES: dict[str, float] = {
    "hip hop": 6, "jazz rap": 5, "experimental hip hop": 6, "boom bap": 3, "lo-fi hip hop": 5,
    "east coast hip hop": 3, "alternative hip hop": 3, "cloud rap": 2, "grime": 1,
    "indie rock": 4, "art rock": 4, "post-punk": 3, "shoegaze": 3, "garage rock": 1.5,
    "classic rock": 2, "progressive rock": 2, "new wave": 2, "punk": 1, "post-rock": 2,
    "art pop": 5, "dream pop": 3, "bedroom pop": 4, "baroque pop": 3, "synthpop": 2, "pop": 2,
    "indie": 4, "lo-fi": 3, "trip hop": 2, "reggae": 1, "electropop": 2,
    "indie folk": 3, "folk": 2, "alt country": 2, "singer-songwriter": 3, "americana": 1,
    "neo soul": 3, "alternative r&b": 3, "soul": 2, "motown": 1,
    "classical": 1.5, "minimalism": 1, "soundtrack": 1.5, "chamber pop": 1.5,
    "jazz": 3, "nu jazz": 2, "hard bop": 1, "jazz fusion": 1.5,
    "house": 2, "techno": 1.5, "ambient": 2.5, "vaporwave": 1, "downtempo": 1.5,
    "bossa nova": 1.5, "mpb": 2, "samba": 1, "cumbia": 0.5, "latin pop": 1,
    "fado": 3, "afrobeat": 1, "k-pop": 0.7, "flamenco": 0.5, "highlife": 0.5,
    "noise rock": 1.5, "drone": 1, "idm": 2, "neo-psychedelia": 3, "doom metal": 1,
    "black metal": 0.7, "post-hardcore": 1,
}  # fmt: skip
COUNTRIES: dict[str, float] = {
    "United States": 38, "Unknown": 22, "United Kingdom": 11, "Portugal": 4, "Canada": 3,
    "Brazil": 3, "France": 3, "Australia": 2, "Germany": 2, "Japan": 2, "Sweden": 1,
    "Netherlands": 1, "Ireland": 1, "Nigeria": 1, "Spain": 1, "Mexico": 1, "Iceland": 0.5,
}  # fmt: skip
LISTENERS = _words("""
    Alba Bruno Cleo Dario Edda Faye Gil Hana Ivo Jule Kaja Levi Mira Nils Ona Pia Quin Runa
    Sami Tova Uri Vera Wim Xenia Yara Zeno
""")
