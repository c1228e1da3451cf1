"""Chinese for what the exercises' checks say."""

ZH: dict[str, str] = {
    # cli.py
    "show the exercises for coursework": "显示课程练习",
    "whose task to show (default: list all)": "显示哪些练习的题目（默认：列出全部）",
    "list ids and signatures only": "只列出编号和函数签名",
    # exercises/check.py
    "{id}: passed, all {cases} cases": "{id}：通过，{cases} 组输入全部正确",
    "{id}: not yet, {right} of {cases} cases": "{id}：尚未通过，{cases} 组输入中 {right} 组正确",
    "input:": "输入：",
    "expected:": "应得：",
    "got:": "实得：",
    "hint:": "提示：",
    "The function must take these arguments by position: {signature}.": "函数必须能按位置接收这些参数：{signature}。",
    "{name} was changed in place. Work on a copy, or write x = x - m instead of x -= m.": (
        "输入 {name} 被原地修改了。请先复制，或写成 x = x - m 而不是 x -= m。"
    ),
    "{value}, and {name} is now {changed}": "{value}，而 {name} 变成了 {changed}",
    "Your code raised {error}. Run it on the input above.": "你的代码抛出了 {error}。请用上面的输入运行一遍。",
    "{said} (line {number})": "{said}（第 {number} 行）",
    "{said} (line {number}: {text})": "{said}（第 {number} 行：{text}）",
    # exercises/table.py
    "Example:": "示例：",
    "Returns:": "结果：",
    "Check:": "检查：",
}
