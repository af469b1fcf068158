"""The prompt tells what was understood and what was not."""

from archviz.prompt import Brief, Prompt, Vocabulary, write_prompt

VOCABULARY = Vocabulary(
    {
        "rice paddies": "rice paddies",
        "ruộng lúa": "rice paddies",
        "sunset": "sunset",
        "conical hats": "people in conical hats",
        "brick": "brick walls",
    }
)


def test_known_phrases_become_canonical_and_the_rest_is_reported() -> None:
    prompt = write_prompt(
        Brief(free_text="Rice paddies at sunset, conical hats, peaceful scene", lighting="low warm sun"), VOCABULARY
    )
    assert prompt == Prompt(
        text="rice paddies, sunset, people in conical hats, low warm sun",
        understood=("rice paddies", "sunset", "people in conical hats"),
        ignored=("peaceful",),
    )


def test_vietnamese_and_materials_are_read_and_repeats_are_said_once() -> None:
    prompt = write_prompt(
        Brief(free_text="ruộng lúa", environment="rice paddies", materials={"wall": "red brick"}), VOCABULARY
    )
    assert prompt.text == "rice paddies, brick walls"
    assert prompt.ignored == ("red",)


def test_a_general_text_encoder_gets_every_word() -> None:
    prompt = write_prompt(Brief(free_text="Peaceful scene;  mist", environment="meadow"), None)
    assert prompt == Prompt(text="peaceful scene, mist, meadow", understood=("peaceful scene", "mist"), ignored=())


def test_an_empty_brief_is_an_empty_prompt() -> None:
    assert write_prompt(Brief(), VOCABULARY) == Prompt(text="", understood=(), ignored=())
