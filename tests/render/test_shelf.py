from archviz.render.shelf import Shelf


def test_keeps_the_last_few_of_each_kind() -> None:
    shelf = Shelf(capacity=2)
    for key in ("a", "b", "a", "c", "a", "b"):
        assert shelf.get("view", key, lambda key=key: key.upper()) == key.upper()
    # b fell out when c came, since a was used after it.
    assert shelf.made == {"view": 4}
    shelf.get("light", "a", str)
    assert shelf.made == {"view": 4, "light": 1}
