"""Evaluations and audits as text, tables and HTML pages.

A page is one file that loads nothing and runs no script: Jinja2 fills the templates and escapes every value
(``rendering``), digits are in it as PNGs, and charts are the plots of :mod:`inknn.lab.plots` as SVG.
"""
