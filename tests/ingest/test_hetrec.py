"""The Last.fm data set of HetRec 2011: its five tables, by numbers, each said once."""

from __future__ import annotations

import datetime as dt

import pytest

LATER = dt.datetime(2026, 2, 1)
HEADINGS = {
    "artists": "id\tname\turl\tpictureURL",
    "tags": "tagID\ttagValue",
    "user_artists": "userID\tartistID\tweight",
    "user_taggedartists": "userID\tartistID\ttagID\tday\tmonth\tyear",
    "user_taggedartists-timestamps": "userID\tartistID\ttagID\ttimestamp",
    "user_friends": "userID\tfriendID",
}


def dat(folder, name, *rows, ends="\r\n", encoding="utf-8"):
    # The name of the file says nothing to the importer.
    path = folder / f"{len(list(folder.iterdir()))}.dat"
    path.write_bytes(ends.join([HEADINGS[name], *rows, ""]).encode(encoding))
    return path


def test_artists_keep_their_numbers_and_a_quote_is_a_letter(warehouse, tmp_path):
    path = dat(
        tmp_path,
        "artists",
        '7\t"Odd" Olga\thttp://x/\thttp://y/',
        '9\tFive Foot 9"\thttp://x/\t',
        "12\tZoë & Co, Ltd\thttp://x/",
    )
    receipt = warehouse.one(path)
    assert (receipt.format, receipt.rows_kept, receipt.listener) == ("hetrec artists", 3, None)
    assert warehouse.rows(
        "select source, source_artist_id, artist_name, kind, title, line from raw.source_artists"
        " join raw.names on artist_name_id = name_id order by 2"
    ) == [
        ("hetrec", 7, '"Odd" Olga', "artist", None, 2),
        ("hetrec", 9, 'Five Foot 9"', "artist", None, 3),
        ("hetrec", 12, "Zoë & Co, Ltd", "artist", None, 4),
    ]
    assert warehouse.one(path, now=LATER).rows_known == 3


def test_two_numbers_may_have_one_artist_and_a_number_has_one_name(warehouse, tmp_path):
    path = dat(
        tmp_path, "artists", "1\tOkto\tu\tp", "2\tOkto\tu\tp", "1\tTarn\tu\tp", "1\tOkto\tu\tp"
    )
    receipt = warehouse.one(path)
    assert (receipt.rows_kept, receipt.rows_known) == (2, 1)
    assert receipt.reasons == {"another name for the same number": 1}
    again = warehouse.one(dat(tmp_path, "artists", "2\tTarn\tu\tp"), now=LATER)
    assert again.reasons == {"another name for the same number": 1}


def test_odd_rows_of_artists_cost_themselves(warehouse, tmp_path):
    path = dat(
        tmp_path,
        "artists",
        "x\tOkto\tu\tp",
        "-1\tOkto\tu\tp",
        "99999999999999999999\tOkto\tu\tp",
        "3\t\u200b \tu\tp",
        "4",
        "5\tTarn\tu\tp\tmore",
        "",
        "6\tTarn\tu\tp",
    )
    receipt = warehouse.one(path)
    assert (receipt.rows_read, receipt.rows_kept) == (7, 1)
    assert receipt.reasons == {
        "number not understood": 3,
        "no artist": 1,
        "wrong number of columns": 2,
    }


def test_tags_are_read_in_the_encoding_they_have_and_get_a_key(warehouse, tmp_path):
    path = dat(tmp_path, "tags", "1\tHárd  Rock", "2\tdüster", "3\t ", encoding="latin-1")
    receipt = warehouse.one(path)
    assert (receipt.format, receipt.rows_kept) == ("hetrec tags", 2)
    assert receipt.reasons == {"no tag": 1}
    assert "not UTF-8" in receipt.note
    assert warehouse.rows(
        "select source_tag_id, tag, tag_key from raw.source_tags order by all"
    ) == [(1, "Hárd  Rock", "hárd rock"), (2, "düster", "düster")]
    assert warehouse.one(path, now=LATER).rows_known == 2
    other = dat(tmp_path, "tags", "1\tpop", "1\tHárd  Rock")
    receipt = warehouse.one(other, now=LATER)
    assert (receipt.rows_known, receipt.reasons) == (1, {"another tag for the same number": 1})


def test_plays_of_users_are_no_plays_of_a_listener(warehouse, tmp_path):
    path = dat(tmp_path, "user_artists", "2\t51\t13883", "2\t52\t1", "2\t51\t13883", "3\t51\t4")
    receipt = warehouse.one(path)
    assert (receipt.format, receipt.rows_kept, receipt.rows_known) == ("hetrec plays", 3, 1)
    assert warehouse.value("select count(*) from raw.listeners") == 0
    assert warehouse.value("select count(*) from raw.plays") == 0
    assert warehouse.rows(
        "select source_user_id, source_artist_id, plays from raw.user_artists order by all"
    ) == [(2, 51, 13883), (2, 52, 1), (3, 51, 4)]
    assert warehouse.one(path, now=LATER).rows_known == 4


def test_a_pair_without_plays_or_with_two_numbers_is_rejected(warehouse, tmp_path):
    path = dat(
        tmp_path,
        "user_artists",
        "2\t51\t0",
        "2\t51\t5",
        "2\t51\t6",
        "2\tx\t6",
        "2\t51",
        "2\t51\t-4",
    )
    receipt = warehouse.one(path)
    assert receipt.rows_kept == 1
    assert receipt.reasons == {
        "no plays": 1,
        "another number for the same pair": 1,
        "number not understood": 2,
        "wrong number of columns": 1,
    }
    assert warehouse.value("select plays from raw.user_artists") == 5
    again = warehouse.one(dat(tmp_path, "user_artists", "2\t51\t6"), now=LATER)
    assert again.reasons == {"another number for the same pair": 1}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_files_with_days_and_with_times_say_the_same_once(warehouse, tmp_path, order):
    # Midnight of 1 April 2009 and of 1 December 2010 in Madrid.
    files = [
        dat(tmp_path, "user_taggedartists", "2\t52\t13\t1\t4\t2009", "2\t52\t15\t1\t12\t2010"),
        dat(
            tmp_path,
            "user_taggedartists-timestamps",
            "2\t52\t13\t1238536800000",
            "2\t52\t15\t1291158000000",
            "3\t52\t15\tnever",
        ),
    ]
    for file in order:
        warehouse.one(files[file])
    assert warehouse.rows(
        "select source_user_id, source_artist_id, source_tag_id, tagged_on"
        " from raw.user_artist_tags order by all"
    ) == [
        (2, 52, 13, dt.date(2009, 4, 1)),
        (2, 52, 15, dt.date(2010, 12, 1)),
        (3, 52, 15, None),
    ]
    assert [warehouse.one(file, now=LATER).rows_kept for file in files] == [0, 0]


def test_a_tag_keeps_its_place_without_a_day_that_cannot_be(warehouse, tmp_path):
    path = dat(
        tmp_path,
        "user_taggedartists",
        "2\t52\t1\t1\t9\t1956",
        "2\t52\t2\t31\t2\t2009",
        "2\t52\t3\tx\t\t2009",
        "2\t52\t4\t1\t4\t2009",
        "2\t52\t5\t1\t4\t2036",
        "2\t52\tx\t1\t4\t2009",
    )
    receipt = warehouse.one(path)
    assert (receipt.rows_kept, receipt.note) == (4, "3 dates that cannot be, left out")
    assert receipt.reasons == {"time in the future": 1, "number not understood": 1}
    assert warehouse.value("select count(tagged_on) from raw.user_artist_tags") == 1


def test_friends_are_named_and_left(warehouse, tmp_path):
    report = warehouse.ingest(dat(tmp_path, "user_friends", "2\t275"))
    assert (report.receipts, report.refused) == ((), ())
    assert "no use for them" in report.unread[0][1]


@pytest.mark.parametrize(
    ("heading", "rows"),
    [
        ("weight,userID,artistID", ("30,2,51", "5,2,52")),
        (",userID,artistID,weight", ("0,2,51,30", "1,2,52,5")),
        ("Unnamed: 0,userID,artistID,weight,", ("0,2,51,30,", "1,2,52,5,")),
    ],
)
def test_columns_in_another_order_or_beside_row_numbers_are_found_by_name(
    warehouse, tmp_path, heading, rows
):
    path = tmp_path / "user_artists.csv"
    path.write_text("\n".join([heading, *rows, "1,2", ""]))
    receipt = warehouse.one(path)
    assert receipt.format == "hetrec plays"
    assert (receipt.rows_kept, receipt.reasons) == (2, {"wrong number of columns": 1})
    assert warehouse.rows(
        "select source_user_id, source_artist_id, plays from raw.user_artists order by all"
    ) == [(2, 51, 30), (2, 52, 5)]


@pytest.mark.parametrize(
    "heading", ["userID,artistID,weight,rating", "userID,artistID,weight,weight", "userID,artistID"]
)
def test_another_column_makes_it_another_table(warehouse, tmp_path, heading):
    path = tmp_path / "user_artists.csv"
    path.write_text(f"{heading}\n" + ",".join("1" * (heading.count(",") + 1)) + "\n")
    assert len(warehouse.ingest(path).refused) == 1


def test_a_table_with_commas_is_read_with_quotes(warehouse, tmp_path):
    path = tmp_path / "artists.csv"
    path.write_text(
        '\ufeffid,name,url,pictureURL\n4,"Okto, the ""Cat""",u,p\n5,"open,u,p\n6,A,u,p\n'
    )
    receipt = warehouse.one(path)
    assert (receipt.rows_kept, receipt.reasons) == (2, {"quote not closed": 1})
    assert (
        warehouse.value(
            "select min(artist_name) filter (source_artist_id = 4) from raw.names"
            " join raw.source_artists on artist_name_id = name_id"
        )
        == 'Okto, the "Cat"'
    )


@pytest.mark.slow
def test_the_real_data_set_is_kept_whole_and_once(warehouse, shared_data):
    folder = shared_data / "artists"
    files = [*sorted(folder.glob("*.dat"))]
    report = warehouse.ingest(*files)
    assert {one.format: one.rows_kept for one in report.receipts} == {
        "hetrec artists": 17_632,
        "hetrec tags": 11_946,
        "hetrec plays": 92_834,
        "hetrec tagged artists": 186_479,
    }
    assert sum(one.rows_rejected for one in report.receipts) == 0
    assert [name for name, _ in report.unread] == ["user_friends.dat"]
    assert warehouse.value("select count(distinct source_user_id) from raw.user_artists") == 1_892
    assert (
        warehouse.value(
            "select count(*) from raw.user_artists anti join raw.source_artists"
            " using (source, source_artist_id)"
        )
        == 0
    )
    dated = "select count(*) from raw.user_artist_tags where tagged_on is null"
    assert warehouse.value(dated) == 5
    again = warehouse.ingest(*files, now=LATER)
    assert sum(one.rows_kept for one in again.receipts) == 0
