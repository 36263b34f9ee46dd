"""The made-up district Lakeside: synthetic people only, any size, the same from the same seed."""

from upstate.demo.edits import edit_district, edit_state
from upstate.demo.expectation import Expected
from upstate.demo.making import Fault, Made, make_district
from upstate.demo.recipe import Recipe

__all__ = ["Expected", "Fault", "Made", "Recipe", "edit_district", "edit_state", "make_district"]
