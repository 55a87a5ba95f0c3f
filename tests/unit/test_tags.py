"""The tags file: what it may look like, and what is said of one that does not."""

from __future__ import annotations

import pytest

from sodeval.errors import DataError
from sodeval.tags import Tags, read_tags


@pytest.fixture
def tags(tmp_path):
    def read(content: str | bytes) -> Tags:
        path = tmp_path / "tags.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_tags(path)

    return read


def test_one_tag(tags):
    read = tags("name,weather\n0001,rain\n0002,\n0003,fog\n")
    assert read.columns == ("weather",)
    assert read.for_dataset("any") == {
        "0001": {"weather": ("rain",)},
        "0002": {"weather": ()},
        "0003": {"weather": ("fog",)},
    }


def test_as_spreadsheets_save_it(tags):
    text = '\ufeffName;x, Weather \r\n"0001"," rain ; fog;rain;;"\r\n,\r\n\r\n0002\r\n'
    read = tags(text.replace("Name;x", "Name"))
    assert read.columns == ("Weather",)
    assert read.for_dataset("d") == {
        "0001": {"Weather": ("rain", "fog")},
        "0002": {"Weather": ()},  # a row may be short
    }


@pytest.mark.parametrize("title", ["image", "FILE"])
def test_files_for_names(tags, title):
    read = tags(f"{title},t\nDUTS/im/0001.JPG,a\nC:\\im\\v1.2,b\nx.y.png,c\n")
    assert read.for_dataset("d") == {"0001": {"t": ("a",)}, "v1.2": {"t": ("b",)}} | {
        "x.y": {"t": ("c",)}
    }


def test_names_are_taken_as_they_are(tags):
    read = tags("file,name,t\nignored.png,a.png,1\n")
    assert read.columns == ("file", "t")  # name goes first, so the other is a tag
    assert list(read.for_dataset("d")) == ["a.png"]


def test_one_spelling_of_accents(tags):
    assert list(tags("name,t\nu\u0308,1\n").for_dataset("d")) == ["\u00fc"]


def test_data_sets(tags):
    read = tags("dataset,name,t\nduts_te,1,a\nECSSD,1,b\n,1,c\n,2,d\n")
    assert read.for_dataset("DUTS-TE") == {"1": {"t": ("a",)}, "2": {"t": ("d",)}}
    assert read.for_dataset("ecssd")["1"] == {"t": ("b",)}
    assert read.for_dataset("mine")["1"] == {"t": ("c",)}


def test_a_repeated_row_may_say_the_same(tags):
    assert tags("name,t\n1,a\n2,b\n1,a\n").for_dataset("d")["1"] == {"t": ("a",)}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "has no column 'name' (columns: none). Let its first line name the columns, and"),
        ("stem,weather\n1,a\n", "has no column 'name' (columns: stem, weather). Let its first"),
        ("name;weather\n1;a\n", "(columns: name;weather). Let its first line name the columns, and "
         "separate cells by commas: name,weather."),
        ("name\n1\n", "has no column of tags beside 'name'. Add one."),
        ("name,dataset\n1,d\n", "has no column of tags beside 'name'. Add one."),
        ("name,a,\n1,x,y\n", "column 3 has no name. Name or remove it."),
        ("name,a,a\n1,x,y\n", "two columns are named 'a'. Rename one of them."),
        ("name,Name,a\n1,x,y\n", "two columns are named 'Name'. Rename one of them."),
        ("name,a\n", "has no rows below its header. Add a line for each image."),
        ("name,a\n1,x\n2,y,z\n", "line 3: 3 cells under 2 columns. Put a cell that holds a comma"),
        ("name,a\n1,x\n,y\n", "line 3: no image is named. Fill in 'name'."),
        ('name,a\n"1\n2",x\n3,y\n3,z\n', "lines 4 and 5 give '3' different tags. Keep one of them"),
        ('name,a\n1,"x"y\n', "line 2: not CSV ("),
        (b"name,a\n1,\xff\n", "is not UTF-8 text. Save the tags as CSV in UTF-8."),
        ("name,a\n1,x\n".encode("utf-16"), "is not UTF-8 text."),
    ],
)  # fmt: skip
def test_errors_say_what_and_where(tags, content, said):
    with pytest.raises(DataError) as caught:
        tags(content)
    assert said in str(caught.value)
    assert "tags.csv" in str(caught.value)
    assert caught.value.exit_code == 3


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"cannot read the tags .*none\.csv: No such file"):
        read_tags(tmp_path / "none.csv")
    with pytest.raises(DataError, match="cannot read the tags"):
        read_tags(tmp_path)


def test_rows_without_an_image_are_counted(tags):
    read = tags("dataset,name,t\n,1,a\nECSSD,2,b\nECSSD,9,b\n,8,b\nSOD,1,b\n")
    (note,) = read.check({"ecssd": ["1", "2"], "mine": ["3"]})
    assert note.endswith("tags.csv: 3 of 5 rows match no image (first: '9').")
    assert read.check({"ECSSD": ["1", "2", "8", "9"], "SOD": ["1"]}) == ()


def test_no_row_with_an_image_is_an_error(tags):
    read = tags("name,t\n0001.png,a\n")
    with pytest.raises(DataError) as caught:
        read.check({"d": ["0001", "0002"]})
    assert str(caught.value).endswith(
        "tags.csv is of an image that is scored (first: '0001.png'; a ground truth is named "
        "'0001'). Name images as their ground truths are, without folder and extension."
    )
    with pytest.raises(DataError, match=r"first: '0001.png'\)"):
        read.check({})
