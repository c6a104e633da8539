"""What the fields of exports hold, by name: all that is not listed here is replaced as unknown.

Names are compared without case and marks: ``artist_name``, ``artistName`` and ``Artist Name`` are
one. A field that is not listed loses its name too, since keys can be names of people or songs.
"""

from __future__ import annotations

import re

__all__ = ["FAMILIES", "GENERIC", "HEADLESS", "KEPT_NAMES", "KEPT_WORDS", "KINDS", "READ"]
__all__ += ["HeadlessRow", "kind_of", "squashed"]

_KINDS = {
    "artist": """
        artist artists artist_name artist_names artists_name track_artist album_artist song_artist
        primary_artist album_artist_name release_artist_name release_artist_names artist_credit_name
        artist_credit container_artist_name content_artist_name performer band
        master_metadata_album_artist_name banned_artists
    """,
    "track": """
        track track_name song song_name song_title track_title content_name recording_name
        master_metadata_track_name local_track banned_tracks
    """,
    "album": """
        album albums album_name album_title albumtitle release release_name track_album_name
        container_album_name spotify_album master_metadata_album_album_name
    """,
    "show": "show shows episode_show_name podcast_name publisher",
    "episode": "episode episodes episode_name",
    "book": "audiobook audiobook_name audiobook_title",
    "chapter": "chapter chapter_name audiobook_chapter_title",
    "playlist": "playlist playlists playlist_name container_name",
    "pair": "track_description",
    "watched": "",
    "channel": "",
    "tags": """
        tag tags genre genres spotify_genres mb_artist_main_genre track_genre track_genres
        artist_genre artist_genres playlist_genre playlist_subgenre top_genre main_genre subgenre
        sub_genre music_genre top_tag
    """,
    "person": "listener user user_name username user_login",
    "time": """
        ts time timestamp uts date_uts unix_timestamp unix_time epoch utc_time time_utc date_utc
        played_at listened_at scrobbled_at scrobble_time datetime date_time date end_time time_ms
        offline_timestamp created pinned_until inserted_at added_at added_at_utc added_date
        picked_at favorited_at favourited_at loved_at week_ending week_saturday_utc date_played
        event_timestamp event_start_timestamp event_end_timestamp event_received_timestamp
        reported_at offline_at exported_at modified_date last_modified_date
    """,
    "release": """
        release_date spotify_release_date album_release_date track_album_release_date year
        release_year released_year album_release_year mb_artist_career_begin mb_artist_career_end
    """,
    "number": """
        ms_played duration duration_ms duration_played length play_duration_milliseconds
        media_duration_in_milliseconds media_duration_milliseconds milliseconds_since_play
        start_position_in_milliseconds end_position_in_milliseconds utc_offset_in_seconds
        playcount play_count skip_count listeners artist_listeners artist_playcount album_listeners
        album_playcount track_listeners track_playcount track_duration popularity
        spotify_popularity track_popularity artist_popularity spotify_duration_ms
        track_duration_ms score count offset total_count per_page page total total_pages version
        index unnamed_0 scrobble_number number track_number disc_number tracknumber discnumber
        weight mb_artist_career_ended listen_count hours rating danceability energy key loudness
        mode speechiness acousticness instrumentalness liveness valence tempo time_signature
        audio_danceability audio_energy audio_key audio_loudness audio_mode audio_speechiness
        audio_acousticness audio_instrumentalness audio_liveness audio_valence audio_tempo
        maloja nowplaying loved streamable rank
    """,
    "word": """
        skipped shuffle offline incognito_mode is_primary is_private is_offline is_shuffle
        is_week_favorite is_favorite is_favourite reason_start reason_end time_kind time_precision
        content_type source music_service event event_type end_reason_type media_type
        container_type shuffle_play explicit is_explicit track_explicit mb_artist_type header
        products playing_now mbid_type kind type status
    """,
    "platform": "platform source_type device_type device_os_name build_platform",
    "country": "country conn_country mb_artist_country store_country_name",
    "address": "ip_addr ip_addr_decrypted ip_address client_ip_address",
    "id": """
        uri track_uri spotify_track_uri spotify_episode_uri audiobook_uri audiobook_chapter_uri
        album_uri artist_uri episode_uri spotify_track_id spotify_id spotify_uri
        spotify_album_id spotify_artist_ids spotify_album_artist_ids track_id origin_url mbid
        artist_mbid album_mbid track_mbid release_mbid recording_mbid artist_mbids
        release_group_mbid work_mbids artist_mb_id recording_msid artist_msid release_msid isrc
        title_url url device_identifier device_id idempotency_key user_id
        apple_id_number track_identifier track_reference
    """,
    # They only hold others.
    "nothing": """
        track_metadata additional_info mbid_mapping payload listens scrobbles list items tracks
        recenttracks lovedtracks aliases subtitles details activity_controls feedback
        pinned_recordings pinned_recording sotw image other attr
    """,
}

# Names that say what they are of only together with what they stand in.
_GENERIC = "name title text alias label value id identifier size"


def squashed(name: str) -> str:
    """A field's name as it is compared."""
    return re.sub(r"[\W_]+", "", name.casefold())


KINDS: dict[str, str] = {
    squashed(name): kind for kind, names in _KINDS.items() for name in names.split()
}
GENERIC = frozenset(_GENERIC.split())
_NAMED = frozenset({"artist", "track", "album", "show", "episode", "book", "chapter", "playlist"})
# Lists that stand for a kind of name in what is generic within them.
_HOLDERS = {"tracks": "track", "scrobbles": "track", "recenttracks": "track", "time": "time"}
_HOLDERS |= {"date": "time", "subtitles": "channel", "details": "word", "image": "id"}

# Of a generic name at the top of a document.
_AT_TOP = {
    ("youtube music history", "title"): "watched",
    ("lastfm json", "name"): "track",
    ("spotify playlists", "name"): "playlist",
    ("maloja", "title"): "track",
}
_TABLE_TITLES = frozenset({"title", "name"})


def kind_of(path: tuple[str, ...], format_: str, *, is_table: bool = False) -> str:
    """What a value is, by the squashed names it stands under, the innermost last."""
    name = path[-1] if path else ""
    if name not in GENERIC:
        return KINDS.get(name, "text")
    if is_table:
        return "track" if name in _TABLE_TITLES else "text"
    if (format_, name) in _AT_TOP and len(path) == 1:
        return _AT_TOP[format_, name]
    for outer in reversed(path[:-1]):
        if outer in _HOLDERS:
            return _HOLDERS[outer]
        if KINDS.get(outer) in _NAMED:
            return KINDS[outer] if name not in ("id", "identifier") else "id"
    return "text"


HeadlessRow = tuple[str, ...]
# Tables without headings: delimiter, and the kind of each column.
HEADLESS: dict[str, tuple[str, HeadlessRow]] = {
    "lastfm-to-csv": (",", ("artist", "album", "track", "time")),
    "libre.fm": ("\t", ("time", "track", "artist", "album", "id", "id", "id")),
    "scrobbler.log": (
        "\t",
        ("artist", "album", "track", "number", "number", "word", "time", "id"),
    ),
}

# The formats that can be made anonymous; of others it is not known what the fields hold.
READ = frozenset(
    {
        *HEADLESS,
        *("spotify extended", "spotify extended table", "spotify account plays"),
        *("spotify library", "spotify playlists", "listenbrainz", "listenbrainz feedback"),
        *("listenbrainz pins", "maloja", "koito", "pano-scrobbler", "pano-scrobbler table"),
        *("lastfm json", "youtube music history", "genre map", "ghan csv", "lastfm table"),
        *("curated plays", "curated artists", "curated albums", "curated tracks"),
        *("curated spotify tracks", "curated musicbrainz artists", "spotify favourites"),
        *("favourites", "apple music daily tracks", "apple music play activity", "catalogue"),
        *("sotw inbox",),
    }
)

# Names that say that there is none, or that services give to many.
KEPT_NAMES = frozenset({"unknown artist", "unknown track", "<untagged>", "null", "various artists"})
_WORDS = """
    trackdone trackerror fwdbtn backbtn clickrow clickside playbtn appload remote endplay logout
    unknown unexpected-exit unexpected-exit-while-paused persisted popup uriopen autoplay
    switched-to-audio switched-to-video nextbtn prevbtn clicksearch
    start end second minute track podcast audiobook video audio
    spotify lastfm listenbrainz maloja koito pano librefm scrobbler.log apple_music youtube_music
    youtube sotw spotify.com youtube.com music.youtube.com tidal.com deezer.com
    scrobble love unlove l s pick
    play_start play_end lyric_display scrub_begin scrub_end natural_end_of_track
    playback_manually_paused track_skipped_forwards track_skipped_backwards
    manually_selected_playback_of_a_diff_item
    playback_suspended failed_to_load scrub exited_application session_timed_out not_applicable
    other
    album playlist radio station library artist
    shuffle_on shuffle_off shuffle_unknown
    person group orchestra choir character
"""
KEPT_WORDS = frozenset({*_WORDS.split(), "youtube music", "from google ads"})

# From the most telling mark to the least; macOS before iOS-like words.
FAMILIES = (
    *(("android", "android"), ("iphone", "ios"), ("ipad", "ios"), ("ios", "ios")),
    *(("macintosh", "osx"), ("os x", "osx"), ("osx", "osx"), ("macos", "osx")),
    *(("windows", "windows"), ("web_player", "web_player"), ("webplayer", "web_player")),
    *(("linux", "linux"), ("cast", "cast"), ("playstation", "playstation"), ("xbox", "xbox")),
    *(("tizen", "tizen"), ("webos", "webos"), ("sonos", "sonos"), ("watch", "watch")),
)
